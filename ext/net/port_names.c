/* SPDX-License-Identifier: MIT */
/*
** The tables are sorted by port number and searched by halving.  A second table has the ports
** whose name differs for UDP.
**
** Source: IANA, "Service Name and Transport Protocol Port Number Registry".  The table has the
** ports that an investigator is likely to meet.  There are hardly any names above 32767, because
** clients get their ports from there.  A name has at most 15 characters.
*/
#include "net/code_names.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct port {
  uint16_t number;
  char name[16];
};

/* Names of TCP ports, and of UDP ports that have the same name or are alone. */
static const struct port ports[] = {
    /* clang-format off */ /* clang-format would put one on each line */
    {1, "tcpmux"}, {5, "rje"}, {7, "echo"}, {9, "discard"}, {11, "systat"}, {13, "daytime"}, {17, "qotd"},
    {19, "chargen"}, {20, "ftp-data"}, {21, "ftp"}, {22, "ssh"}, {23, "telnet"}, {25, "smtp"}, {37, "time"},
    {42, "nameserver"}, {43, "nicname"}, {49, "tacacs"}, {53, "domain"}, {67, "bootps"}, {68, "bootpc"}, {69, "tftp"},
    {70, "gopher"}, {79, "finger"}, {80, "http"}, {88, "kerberos"}, {102, "iso-tsap"}, {104, "acr-nema"},
    {105, "cso"}, {107, "rtelnet"}, {109, "pop2"}, {110, "pop3"}, {111, "sunrpc"}, {113, "ident"}, {115, "sftp"},
    {117, "uucp-path"}, {119, "nntp"}, {123, "ntp"}, {135, "epmap"}, {137, "netbios-ns"}, {138, "netbios-dgm"},
    {139, "netbios-ssn"}, {143, "imap"}, {150, "sql-net"}, {156, "sqlsrv"}, {161, "snmp"}, {162, "snmptrap"},
    {170, "print-srv"}, {177, "xdmcp"}, {179, "bgp"}, {194, "irc"}, {199, "smux"}, {209, "qmtp"}, {210, "z39-50"},
    {213, "ipx"}, {220, "imap3"}, {264, "bgmp"}, {318, "pkix-timestamp"}, {319, "ptp-event"}, {320, "ptp-general"},
    {369, "rpc2portmap"}, {389, "ldap"}, {401, "ups"}, {407, "timbuktu"}, {427, "svrloc"}, {434, "mobileip-agent"},
    {443, "https"}, {444, "snpp"}, {445, "microsoft-ds"}, {464, "kpasswd"}, {465, "submissions"}, {487, "saft"},
    {497, "retrospect"}, {500, "isakmp"}, {502, "mbap"}, {512, "exec"}, {513, "login"}, {514, "shell"},
    {515, "printer"}, {517, "talk"}, {518, "ntalk"}, {520, "efs"}, {521, "ripng"}, {524, "ncp"}, {525, "timed"},
    {533, "netwall"}, {540, "uucp"}, {543, "klogin"}, {544, "kshell"}, {546, "dhcpv6-client"}, {547, "dhcpv6-server"},
    {548, "afpovertcp"}, {554, "rtsp"}, {556, "remotefs"}, {563, "nntps"}, {587, "submission"}, {591, "http-alt"},
    {593, "http-rpc-epmap"}, {601, "syslog-conn"}, {623, "oob-ws-http"}, {628, "qmqp"}, {631, "ipp"}, {636, "ldaps"},
    {639, "msdp"}, {646, "ldp"}, {647, "dhcp-failover"}, {648, "rrp"}, {654, "aodv"}, {655, "tinc"},
    {660, "mac-srvr-admin"}, {664, "oob-ws-https"}, {691, "msexch-routing"}, {694, "ha-cluster"}, {698, "olsr"},
    {700, "epp"}, {749, "kerberos-adm"}, {830, "netconf-ssh"}, {831, "netconf-beep"}, {847, "dhcp-failover2"},
    {848, "gdoi"}, {853, "domain-s"}, {860, "iscsi"}, {861, "owamp-control"}, {862, "twamp-control"}, {873, "rsync"},
    {901, "smpnameres"}, {902, "ideafarm-door"}, {903, "ideafarm-panic"}, {911, "xact-backup"}, {912, "apex-mesh"},
    {913, "apex-edge"}, {953, "rndc"}, {989, "ftps-data"}, {990, "ftps"}, {991, "nas"}, {992, "telnets"},
    {993, "imaps"}, {995, "pop3s"}, {1021, "exp1"}, {1022, "exp2"}, {1025, "blackjack"}, {1026, "cap"},
    {1034, "activesync"}, {1080, "socks"}, {1090, "ff-fms"}, {1098, "rmiactivation"}, {1099, "rmiregistry"},
    {1167, "cisco-ipsla"}, {1194, "openvpn"}, {1214, "kazaa"}, {1234, "search-agent"}, {1241, "nessus"},
    {1270, "opsmgr"}, {1311, "rxmon"}, {1337, "menandmice-dns"}, {1352, "lotusnote"}, {1414, "ibm-mqseries"},
    {1433, "ms-sql-s"}, {1434, "ms-sql-m"}, {1494, "ica"}, {1503, "imtc-mcs"}, {1512, "wins"}, {1521, "ncube-lm"},
    {1524, "ingreslock"}, {1525, "orasrv"}, {1527, "tlisrv"}, {1529, "coauthor"}, {1630, "oraclenet8cman"},
    {1645, "sightline"}, {1646, "sa-msg-port"}, {1677, "groupwise"}, {1701, "l2tp"}, {1718, "h323gatedisc"},
    {1719, "h323gatestat"}, {1720, "h323hostcall"}, {1723, "pptp"}, {1755, "ms-streaming"}, {1801, "msmq"},
    {1812, "radius"}, {1813, "radius-acct"}, {1830, "net8-cman"}, {1863, "msnp"}, {1883, "mqtt"}, {1900, "ssdp"},
    {1935, "macromedia-fcs"}, {1985, "hsrp"}, {2000, "cisco-sccp"}, {2049, "nfs"}, {2055, "iop"}, {2082, "infowave"},
    {2083, "radsec"}, {2086, "gnunet"}, {2087, "eli"}, {2095, "nbx-ser"}, {2096, "nbx-dir"}, {2101, "rtcm-sc104"},
    {2121, "scientia-ssdb"}, {2123, "gtp-control"}, {2152, "gtp-user"}, {2181, "eforward"}, {2222, "EtherNet-IP-1"},
    {2223, "rockwell-csp2"}, {2301, "cpq-wbem"}, {2323, "3d-nfsd"}, {2368, "opentable"}, {2375, "docker"},
    {2376, "docker-s"}, {2377, "swarm"}, {2379, "etcd-client"}, {2380, "etcd-server"}, {2381, "compaq-https"},
    {2401, "cvspserver"}, {2427, "mgcp-gateway"}, {2483, "ttc"}, {2484, "ttc-ssl"}, {2512, "citrixima"},
    {2513, "citrixadmin"}, {2525, "ms-v-worlds"}, {2598, "citriximaclient"}, {2628, "dict"}, {2638, "sybaseanywhere"},
    {2727, "mgcp-callagent"}, {2775, "smpp"}, {2809, "corbaloc"}, {2869, "icslap"}, {2944, "megaco-h248"},
    {2945, "h248-binary"}, {2947, "gpsd"}, {2948, "wap-push"}, {2949, "wap-pushsecure"}, {2967, "ssc-agent"},
    {3000, "hbci"}, {3020, "cifs"}, {3050, "gds-db"}, {3074, "xbox"}, {3128, "ndl-aas"}, {3130, "icpv2"},
    {3205, "isns"}, {3260, "iscsi-target"}, {3261, "winshadow"}, {3268, "msft-gc"}, {3269, "msft-gc-ssl"},
    {3283, "net-assistant"}, {3300, "ceph"}, {3306, "mysql"}, {3333, "dec-notes"}, {3343, "ms-cluster-net"},
    {3389, "ms-wbt-server"}, {3478, "stun"}, {3483, "slim-devices"}, {3493, "nut"}, {3544, "teredo"},
    {3632, "distcc"}, {3689, "daap"}, {3690, "svn"}, {3702, "ws-discovery"}, {3724, "blizwow"}, {3784, "bfd-control"},
    {3785, "bfd-echo"}, {3799, "radius-dynauth"}, {3868, "diameter"}, {4000, "terabase"}, {4172, "pcoip"},
    {4190, "sieve"}, {4321, "rwhois"}, {4353, "f5-iquery"}, {4369, "epmd"}, {4373, "remctl"}, {4433, "vop"},
    {4443, "pharos"}, {4444, "krb524"}, {4460, "ntske"}, {4500, "ipsec-nat-t"}, {4567, "tram"}, {4569, "iax"},
    {4662, "oms"}, {4739, "ipfix"}, {4740, "ipfixs"}, {4786, "smart-install"}, {4789, "vxlan"}, {4790, "vxlan-gpe"},
    {4827, "htcp"}, {4840, "opcua-tcp"}, {4843, "opcua-tls"}, {4848, "appserv-http"}, {4849, "appserv-https"},
    {4899, "radmin-port"}, {4949, "munin"}, {5000, "commplex-main"}, {5001, "commplex-link"},
    {5003, "fmpro-internal"}, {5004, "avt-profile-1"}, {5005, "avt-profile-2"}, {5044, "lxi-evntsvc"}, {5050, "mmcc"},
    {5060, "sip"}, {5061, "sips"}, {5093, "sentinel-lm"}, {5190, "aol"}, {5201, "targus-getdata1"},
    {5222, "xmpp-client"}, {5228, "hpvroom"}, {5246, "capwap-control"}, {5247, "capwap-data"}, {5269, "xmpp-server"},
    {5280, "xmpp-bosh"}, {5298, "presence"}, {5308, "cfengine"}, {5349, "stuns"}, {5351, "nat-pmp"}, {5353, "mdns"},
    {5355, "llmnr"}, {5357, "wsdapi"}, {5358, "wsdapi-s"}, {5405, "netsupport"}, {5432, "postgresql"},
    {5500, "fcp-addr-srvr1"}, {5555, "personal-agent"}, {5600, "esmmanager"}, {5601, "esmagent"},
    {5631, "pcanywheredata"}, {5632, "pcanywherestat"}, {5666, "nrpe"}, {5671, "amqps"}, {5672, "amqp"},
    {5683, "coap"}, {5684, "coaps"}, {5722, "msdfsr"}, {5900, "rfb"}, {5984, "couchdb"}, {5985, "wsman"},
    {5986, "wsmans"}, {5988, "wbem-http"}, {5989, "wbem-https"}, {5990, "wbem-exp-https"}, {5999, "cvsup"},
    {6000, "x11"}, {6081, "geneve"}, {6112, "dtspcd"}, {6343, "sflow"}, {6346, "gnutella-svc"},
    {6347, "gnutella-rtr"}, {6379, "redis"}, {6443, "sun-sr-https"}, {6444, "sge-qmaster"}, {6445, "sge-execd"},
    {6446, "mysql-proxy"}, {6513, "netconf-tls"}, {6514, "syslog-tls"}, {6566, "sane-port"}, {6600, "mshvlm"},
    {6619, "odette-ftps"}, {6640, "ovsdb"}, {6653, "openflow"}, {6665, "ircu"}, {6697, "ircs-u"}, {6969, "acmsoda"},
    {7000, "afs3-fileserver"}, {7001, "afs3-callback"}, {7002, "afs3-prserver"}, {7003, "afs3-vlserver"},
    {7004, "afs3-kaserver"}, {7005, "afs3-volser"}, {7006, "afs3-errors"}, {7007, "afs3-bos"}, {7008, "afs3-update"},
    {7009, "afs3-rmtsys"}, {7070, "arcp"}, {7100, "font-service"}, {7400, "rtps-discovery"}, {7443, "oracleas-https"},
    {7474, "neo4j"}, {7547, "cwmp"}, {7627, "soap-http"}, {7680, "pando-pub"}, {7687, "bolt"}, {7777, "cbt"},
    {8000, "irdmi"}, {8002, "teradataordbms"}, {8005, "mxi"}, {8008, "http-alt"}, {8080, "http-alt"},
    {8081, "sunproxyadmin"}, {8082, "us-cli"}, {8083, "us-srv"}, {8086, "d-s-n"}, {8088, "radan-http"},
    {8090, "opsmessaging"}, {8091, "jamlink"}, {8118, "privoxy"}, {8140, "puppet"}, {8160, "patrol"},
    {8161, "patrol-snmp"}, {8181, "intermapper"}, {8194, "blp1"}, {8195, "blp2"}, {8200, "trivnet1"},
    {8201, "trivnet2"}, {8243, "synapse-nhttps"}, {8280, "synapse-nhttp"}, {8300, "tmi"}, {8400, "cvd"},
    {8403, "admind"}, {8443, "pcsync-https"}, {8444, "pcsync-http"}, {8472, "otv"}, {8500, "fmtp"},
    {8554, "rtsp-alt"}, {8686, "sun-as-jmxrmi"}, {8883, "secure-mqtt"}, {8888, "ddi-tcp-1"}, {8889, "ddi-tcp-2"},
    {8890, "ddi-tcp-3"}, {8891, "ddi-tcp-4"}, {8953, "ub-dns-control"}, {9000, "cslistener"}, {9001, "etlservicemgr"},
    {9002, "dynamid"}, {9050, "versiera"}, {9080, "glrpc"}, {9084, "aurora"}, {9088, "sqlexec"},
    {9089, "sqlexec-ssl"}, {9090, "websm"}, {9091, "xmltec-xmlmail"}, {9092, "XmlIpcRegSvc"},
    {9100, "pdl-datastream"}, {9101, "bacula-dir"}, {9102, "bacula-fd"}, {9103, "bacula-sd"}, {9160, "apani1"},
    {9161, "apani2"}, {9200, "wap-wsp"}, {9201, "wap-wsp-wtp"}, {9202, "wap-wsp-s"}, {9300, "vrace"}, {9389, "adws"},
    {9390, "otp"}, {9418, "git"}, {9443, "tungsten-https"}, {9500, "ismserver"}, {9618, "condor"}, {9993, "palace-2"},
    {9994, "palace-3"}, {9995, "palace-4"}, {9996, "palace-5"}, {9997, "palace-6"}, {9998, "distinct32"},
    {9999, "distinct"}, {10000, "ndmp"}, {10001, "scp-config"}, {10050, "zabbix-agent"}, {10051, "zabbix-trapper"},
    {10080, "amanda"}, {10161, "snmptls"}, {10162, "snmptls-trap"}, {10809, "nbd"}, {11112, "dicom"},
    {11211, "memcache"}, {11371, "hkp"}, {12000, "entextxid"}, {12345, "italk"}, {13720, "bprd"}, {13721, "bpdbm"},
    {13724, "vnetd"}, {13782, "bpcd"}, {16992, "amt-soap-http"}, {16993, "amt-soap-https"}, {16994, "amt-redir-tcp"},
    {16995, "amt-redir-tls"}, {17500, "db-lsp"}, {19999, "dnp-sec"}, {20000, "dnp"}, {20049, "nfsrdma"},
    {22000, "snapenetio"}, {22350, "CodeMeter"}, {24554, "binkp"}, {26000, "quake"}, {27000, "flex-lm"},
    {27017, "mongodb"}, {33060, "mysqlx"}, {33434, "traceroute"}, {41794, "crestron-cip"}, {41795, "crestron-ctp"},
    {44818, "EtherNet-IP-2"}, {47001, "winrm"}, {47808, "bacnet"},
    /* clang-format on */
};

/* UDP ports whose name differs from that of the TCP port. */
static const struct port udp_ports[] = {
    {113, "auth"},       {465, "igmpv3lite"}, {512, "comsat"},          {513, "who"},        {514, "syslog"},
    {520, "router"},     {623, "asf-rmcp"},   {664, "asf-secure-rmcp"}, {4840, "opcua-udp"}, {8888, "ddi-udp-1"},
    {8889, "ddi-udp-2"}, {8890, "ddi-udp-3"}, {8891, "ddi-udp-4"},      {10161, "snmpdtls"}, {10162, "snmpdtls-trap"}};

/*
** Returns the first port of a service that has several ports, because the table has only that
** one.
*/
static uint16_t first_port(uint16_t number) {
  if (number > 6000 && number <= 6063) return 6000;    /* x11 */
  if (number > 6665 && number <= 6669) return 6665;    /* ircu */
  if (number > 27000 && number <= 27009) return 27000; /* flex-lm */
  return number;
}

static const char *find(const struct port *table, size_t n, uint16_t number) {
  while (n) {
    const struct port *middle = table + n / 2;
    if (middle->number == number) return middle->name;
    if (middle->number < number) {
      table = middle + 1;
      n -= n / 2 + 1;
    } else {
      n /= 2;
    }
  }
  return NULL;
}

const char *code_names_port(int64_t number, int64_t protocol) {
  if (number < 0 || number > UINT16_MAX) return NULL;
  const char *name = protocol == CODE_NAMES_UDP ? find(udp_ports, COUNT(udp_ports), (uint16_t)number) : NULL;
  return name ? name : find(ports, COUNT(ports), first_port((uint16_t)number));
}
