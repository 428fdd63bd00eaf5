/* SPDX-License-Identifier: MIT */
/*
** Three tables, each sorted by port number and searched by halving.  field_ports is asked before
** ports, and for UDP udp_ports is asked before both.
**
** The names in ports are those of IANA, "Service Name and Transport Protocol Port Number
** Registry".  The table has the ports that an investigator is likely to meet.  There are hardly
** any names above 32767, because clients get their ports from there.
**
** The registry was not made for reading a flow log: it calls 9200 wap-wsp, after a protocol of
** the first telephones with a browser, and has no name for 10250.  field_ports therefore has the
** names that those who run networks in the cloud use.  IANA's name stays where its product is in
** use, even if another one has the port as well: 9100 is pdl-datastream, the port of printers, and
** not the node exporter of Prometheus.  A name has at most 15 characters, as in the registry.
*/
#include "net/code_names.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct port {
  uint16_t number;
  char name[16];
};

/* IANA's names of TCP ports, and of UDP ports that have the same name or are alone. */
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
    {901, "smpnameres"}, {911, "xact-backup"}, {912, "apex-mesh"}, {913, "apex-edge"}, {953, "rndc"},
    {989, "ftps-data"}, {990, "ftps"}, {991, "nas"}, {992, "telnets"}, {993, "imaps"}, {995, "pop3s"}, {1021, "exp1"},
    {1022, "exp2"}, {1025, "blackjack"}, {1026, "cap"}, {1034, "activesync"}, {1080, "socks"}, {1090, "ff-fms"},
    {1098, "rmiactivation"}, {1099, "rmiregistry"}, {1167, "cisco-ipsla"}, {1194, "openvpn"}, {1214, "kazaa"},
    {1234, "search-agent"}, {1241, "nessus"}, {1270, "opsmgr"}, {1337, "menandmice-dns"}, {1352, "lotusnote"},
    {1414, "ibm-mqseries"}, {1433, "ms-sql-s"}, {1434, "ms-sql-m"}, {1494, "ica"}, {1503, "imtc-mcs"}, {1512, "wins"},
    {1524, "ingreslock"}, {1525, "orasrv"}, {1527, "tlisrv"}, {1529, "coauthor"}, {1630, "oraclenet8cman"},
    {1677, "groupwise"}, {1701, "l2tp"}, {1718, "h323gatedisc"}, {1719, "h323gatestat"}, {1720, "h323hostcall"},
    {1723, "pptp"}, {1755, "ms-streaming"}, {1801, "msmq"}, {1812, "radius"}, {1813, "radius-acct"},
    {1830, "net8-cman"}, {1863, "msnp"}, {1883, "mqtt"}, {1900, "ssdp"}, {1985, "hsrp"}, {2000, "cisco-sccp"},
    {2049, "nfs"}, {2083, "radsec"}, {2086, "gnunet"}, {2101, "rtcm-sc104"}, {2123, "gtp-control"},
    {2152, "gtp-user"}, {2223, "rockwell-csp2"}, {2301, "cpq-wbem"}, {2368, "opentable"}, {2375, "docker"},
    {2376, "docker-s"}, {2377, "swarm"}, {2379, "etcd-client"}, {2380, "etcd-server"}, {2381, "compaq-https"},
    {2401, "cvspserver"}, {2427, "mgcp-gateway"}, {2483, "ttc"}, {2484, "ttc-ssl"}, {2512, "citrixima"},
    {2513, "citrixadmin"}, {2598, "citriximaclient"}, {2628, "dict"}, {2638, "sybaseanywhere"},
    {2727, "mgcp-callagent"}, {2775, "smpp"}, {2809, "corbaloc"}, {2869, "icslap"}, {2944, "megaco-h248"},
    {2945, "h248-binary"}, {2947, "gpsd"}, {2948, "wap-push"}, {2949, "wap-pushsecure"}, {2967, "ssc-agent"},
    {3020, "cifs"}, {3050, "gds-db"}, {3074, "xbox"}, {3130, "icpv2"}, {3205, "isns"}, {3260, "iscsi-target"},
    {3261, "winshadow"}, {3268, "msft-gc"}, {3269, "msft-gc-ssl"}, {3283, "net-assistant"}, {3300, "ceph"},
    {3306, "mysql"}, {3343, "ms-cluster-net"}, {3389, "ms-wbt-server"}, {3478, "stun"}, {3483, "slim-devices"},
    {3493, "nut"}, {3544, "teredo"}, {3632, "distcc"}, {3689, "daap"}, {3690, "svn"}, {3702, "ws-discovery"},
    {3724, "blizwow"}, {3784, "bfd-control"}, {3785, "bfd-echo"}, {3799, "radius-dynauth"}, {3868, "diameter"},
    {4000, "terabase"}, {4172, "pcoip"}, {4190, "sieve"}, {4321, "rwhois"}, {4353, "f5-iquery"}, {4369, "epmd"},
    {4373, "remctl"}, {4433, "vop"}, {4460, "ntske"}, {4500, "ipsec-nat-t"}, {4569, "iax"}, {4739, "ipfix"},
    {4740, "ipfixs"}, {4786, "smart-install"}, {4789, "vxlan"}, {4790, "vxlan-gpe"}, {4827, "htcp"},
    {4840, "opcua-tcp"}, {4843, "opcua-tls"}, {4848, "appserv-http"}, {4849, "appserv-https"}, {4899, "radmin-port"},
    {4949, "munin"}, {5003, "fmpro-internal"}, {5004, "avt-profile-1"}, {5050, "mmcc"}, {5060, "sip"}, {5061, "sips"},
    {5093, "sentinel-lm"}, {5190, "aol"}, {5222, "xmpp-client"}, {5246, "capwap-control"}, {5247, "capwap-data"},
    {5269, "xmpp-server"}, {5280, "xmpp-bosh"}, {5298, "presence"}, {5308, "cfengine"}, {5349, "stuns"},
    {5351, "nat-pmp"}, {5353, "mdns"}, {5355, "llmnr"}, {5357, "wsdapi"}, {5358, "wsdapi-s"}, {5405, "netsupport"},
    {5432, "postgresql"}, {5500, "fcp-addr-srvr1"}, {5600, "esmmanager"}, {5631, "pcanywheredata"},
    {5632, "pcanywherestat"}, {5666, "nrpe"}, {5671, "amqps"}, {5672, "amqp"}, {5683, "coap"}, {5684, "coaps"},
    {5722, "msdfsr"}, {5900, "rfb"}, {5984, "couchdb"}, {5985, "wsman"}, {5986, "wsmans"}, {5988, "wbem-http"},
    {5989, "wbem-https"}, {5990, "wbem-exp-https"}, {5999, "cvsup"}, {6000, "x11"}, {6081, "geneve"},
    {6112, "dtspcd"}, {6343, "sflow"}, {6346, "gnutella-svc"}, {6347, "gnutella-rtr"}, {6379, "redis"},
    {6444, "sge-qmaster"}, {6445, "sge-execd"}, {6446, "mysql-proxy"}, {6513, "netconf-tls"}, {6514, "syslog-tls"},
    {6566, "sane-port"}, {6600, "mshvlm"}, {6619, "odette-ftps"}, {6640, "ovsdb"}, {6653, "openflow"}, {6665, "ircu"},
    {6697, "ircs-u"}, {6969, "acmsoda"}, {7003, "afs3-vlserver"}, {7004, "afs3-kaserver"}, {7005, "afs3-volser"},
    {7006, "afs3-errors"}, {7007, "afs3-bos"}, {7008, "afs3-update"}, {7009, "afs3-rmtsys"}, {7100, "font-service"},
    {7400, "rtps-discovery"}, {7443, "oracleas-https"}, {7474, "neo4j"}, {7547, "cwmp"}, {7627, "soap-http"},
    {7687, "bolt"}, {7777, "cbt"}, {8002, "teradataordbms"}, {8008, "http-alt"}, {8080, "http-alt"}, {8082, "us-cli"},
    {8118, "privoxy"}, {8140, "puppet"}, {8160, "patrol"}, {8181, "intermapper"}, {8194, "blp1"}, {8195, "blp2"},
    {8243, "synapse-nhttps"}, {8280, "synapse-nhttp"}, {8400, "cvd"}, {8403, "admind"}, {8444, "pcsync-http"},
    {8554, "rtsp-alt"}, {8686, "sun-as-jmxrmi"}, {8883, "secure-mqtt"}, {8889, "ddi-tcp-2"}, {8890, "ddi-tcp-3"},
    {8891, "ddi-tcp-4"}, {8953, "ub-dns-control"}, {9000, "cslistener"}, {9002, "dynamid"}, {9084, "aurora"},
    {9088, "sqlexec"}, {9089, "sqlexec-ssl"}, {9100, "pdl-datastream"}, {9101, "bacula-dir"}, {9102, "bacula-fd"},
    {9103, "bacula-sd"}, {9161, "apani2"}, {9201, "wap-wsp-wtp"}, {9202, "wap-wsp-s"}, {9389, "adws"}, {9390, "otp"},
    {9418, "git"}, {9500, "ismserver"}, {9618, "condor"}, {9993, "palace-2"}, {9994, "palace-3"},
    {9998, "distinct32"}, {9999, "distinct"}, {10000, "ndmp"}, {10001, "scp-config"}, {10050, "zabbix-agent"},
    {10051, "zabbix-trapper"}, {10080, "amanda"}, {10161, "snmptls"}, {10162, "snmptls-trap"}, {10809, "nbd"},
    {11112, "dicom"}, {11211, "memcache"}, {11371, "hkp"}, {12000, "entextxid"}, {13720, "bprd"}, {13721, "bpdbm"},
    {13724, "vnetd"}, {13782, "bpcd"}, {16992, "amt-soap-http"}, {16993, "amt-soap-https"}, {16994, "amt-redir-tcp"},
    {16995, "amt-redir-tls"}, {17500, "db-lsp"}, {20000, "dnp"}, {20049, "nfsrdma"}, {22350, "CodeMeter"},
    {24554, "binkp"}, {26000, "quake"}, {27000, "flex-lm"}, {27017, "mongodb"}, {33060, "mysqlx"},
    {33434, "traceroute"}, {41794, "crestron-cip"}, {41795, "crestron-ctp"}, {44818, "EtherNet-IP-2"},
    {47001, "winrm"}, {47808, "bacnet"},
    /* clang-format on */
};

/*
** Ports that the registry gives to a product that nobody runs any more, or to none, and that a
** better-known product took: its name.  Where /etc/services of Debian has another name for the port,
** tests/python/test_functions.py has both, and the reason.
*/
static const struct port field_ports[] = {
    /* clang-format off */
    {902, "vmware-auth"}, {903, "vmware-console"}, {988, "lustre"}, {1311, "dell-openmanage"}, {1514, "wazuh-agent"},
    {1515, "wazuh-enroll"}, {1521, "oracle"}, {1645, "old-radius"}, {1646, "old-radacct"}, {1935, "rtmp"},
    {2055, "netflow"}, {2082, "cpanel"}, {2087, "cpanel-whm"}, {2095, "cpanel-webmail"}, {2096, "cpanel-webmails"},
    {2121, "ftp-alt"}, {2181, "zookeeper"}, {2222, "ssh-alt"}, {2323, "telnet-alt"}, {2525, "smtp-alt"},
    {3000, "grafana"}, {3128, "squid"}, {3333, "stratum"}, {4040, "spark-ui"}, {4195, "aws-wsp"}, {4222, "nats"},
    {4240, "cilium-health"}, {4317, "otlp-grpc"}, {4318, "otlp-http"}, {4443, "https-alt"}, {4444, "metasploit"},
    {4505, "salt-publish"}, {4506, "salt-request"}, {4567, "galera"}, {4568, "galera-ist"}, {4646, "nomad-http"},
    {4647, "nomad-rpc"}, {4648, "nomad-serf"}, {4662, "edonkey"}, {5000, "docker-registry"}, {5001, "iperf"},
    {5005, "jdwp"}, {5044, "logstash-beats"}, {5201, "iperf3"}, {5228, "google-fcm"}, {5439, "redshift"},
    {5555, "adb"}, {5601, "kibana"}, {5938, "teamviewer"}, {6222, "nats-cluster"}, {6432, "pgbouncer"},
    {6443, "kubernetes-api"}, {6568, "anydesk"}, {6650, "pulsar"}, {6789, "ceph-mon"}, {6881, "bittorrent"},
    {7000, "cassandra-ring"}, {7001, "weblogic"}, {7002, "weblogic-ssl"}, {7070, "anydesk"}, {7077, "spark-master"},
    {7199, "cassandra-jmx"}, {7680, "ms-do"}, {7946, "swarm-gossip"}, {8000, "http-alt"}, {8005, "tomcat-shutdown"},
    {8006, "proxmox"}, {8009, "ajp13"}, {8020, "hdfs"}, {8081, "http-alt"}, {8083, "kafka-connect"},
    {8086, "influxdb"}, {8088, "hadoop-yarn"}, {8089, "splunkd"}, {8090, "confluence"}, {8091, "couchbase"},
    {8123, "clickhouse-http"}, {8125, "statsd"}, {8161, "activemq-web"}, {8182, "neptune"}, {8200, "vault"},
    {8201, "vault-cluster"}, {8222, "nats-monitor"}, {8265, "ray-dashboard"}, {8300, "consul-rpc"},
    {8301, "consul-serf-lan"}, {8302, "consul-serf-wan"}, {8333, "bitcoin"}, {8443, "https-alt"},
    {8472, "flannel-vxlan"}, {8500, "consul"}, {8545, "ethereum-rpc"}, {8600, "consul-dns"}, {8761, "eureka"},
    {8834, "nessus-https"}, {8848, "nacos"}, {8888, "jupyter"}, {8983, "solr"}, {9001, "tor-orport"},
    {9030, "tor-dirport"}, {9042, "cassandra"}, {9050, "tor-socks"}, {9051, "tor-control"}, {9080, "websphere-http"},
    {9083, "hive-metastore"}, {9090, "prometheus"}, {9091, "pushgateway"}, {9092, "kafka"}, {9093, "alertmanager"},
    {9094, "kafka-tls"}, {9096, "kafka-sasl"}, {9098, "kafka-iam"}, {9150, "tor-socks"}, {9160, "cassandra-rpc"},
    {9200, "elasticsearch"}, {9229, "node-inspector"}, {9300, "es-transport"}, {9411, "zipkin"}, {9443, "https-alt"},
    {9870, "hdfs-namenode"}, {9995, "netflow"}, {9996, "netflow"}, {9997, "splunk-forward"},
    {10248, "kubelet-healthz"}, {10250, "kubelet"}, {10255, "kubelet-ro"}, {10256, "kube-proxy"},
    {10257, "kube-controller"}, {10259, "kube-scheduler"}, {10443, "https-alt"}, {11434, "ollama"}, {12201, "gelf"},
    {12345, "netbus"}, {14444, "stratum"}, {15001, "envoy-outbound"}, {15006, "envoy-inbound"}, {15012, "istiod"},
    {15021, "istio-health"}, {15090, "envoy-metrics"}, {15672, "rabbitmq-mgmt"}, {16379, "redis-cluster"},
    {16443, "kubernetes-api"}, {16686, "jaeger-ui"}, {19999, "netdata"}, {21116, "rustdesk"}, {22000, "syncthing"},
    {24224, "fluentd"}, {25672, "rabbitmq-dist"}, {26379, "redis-sentinel"}, {27018, "mongodb-shard"},
    {27019, "mongodb-config"}, {30303, "ethereum"}, {31337, "back-orifice"}, {41641, "tailscale"}, {50000, "ibm-db2"},
    {50051, "grpc"}, {50070, "hdfs-namenode"}, {51820, "wireguard"}, {61613, "stomp"},
    {61616, "activemq"},
    /* clang-format on */
};

/* UDP ports whose name differs from that of the TCP port. */
static const struct port udp_ports[] = {
    {113, "auth"},           {465, "igmpv3lite"},       {512, "comsat"},         {513, "who"},
    {514, "syslog"},         {520, "router"},           {623, "asf-rmcp"},       {664, "asf-secure-rmcp"},
    {2222, "EtherNet-IP-1"}, {4444, "krb524"},          {4840, "opcua-udp"},     {5005, "avt-profile-2"},
    {5555, "rplay"},         {7000, "afs3-fileserver"}, {7001, "afs3-callback"}, {7002, "afs3-prserver"},
    {8888, "ddi-udp-1"},     {8889, "ddi-udp-2"},       {8890, "ddi-udp-3"},     {8891, "ddi-udp-4"},
    {10161, "snmpdtls"},     {10162, "snmpdtls-trap"}};

/* Services that have several ports, of which the tables have only the first one. */
static const struct {
  uint16_t first, last;
} several[] = {{6000, 6063} /* x11 */, {6665, 6669} /* ircu */, {27000, 27009} /* flex-lm */};

static uint16_t first_port(uint16_t number) {
  for (size_t i = 0; i < COUNT(several); i++)
    if (number > several[i].first && number <= several[i].last) return several[i].first;
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
  uint16_t port = (uint16_t)number;
  const char *name = protocol == CODE_NAMES_UDP ? find(udp_ports, COUNT(udp_ports), port) : NULL;
  if (!name) name = find(field_ports, COUNT(field_ports), port);
  return name ? name : find(ports, COUNT(ports), first_port(port));
}

static void add_all(struct port_set *to, const struct port *table, size_t n) {
  for (size_t i = 0; i < n; i++) port_set_add(to, table[i].number);
}

void code_names_add_ports(struct port_set *to, int64_t protocol) {
  if (protocol == CODE_NAMES_UDP) add_all(to, udp_ports, COUNT(udp_ports));
  add_all(to, field_ports, COUNT(field_ports));
  add_all(to, ports, COUNT(ports));
  for (size_t i = 0; i < COUNT(several); i++)
    for (uint32_t port = several[i].first; port <= several[i].last; port++) port_set_add(to, port);
}
