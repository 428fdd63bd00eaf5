# SPDX-License-Identifier: MIT
# The packages, which README.md beside this file describes.  They are put into build/package.  All have the same
# library: stripped, with zlib as the system has it, and with ISA-L in it if there is a static library of ISA-L.

PACKAGE := $(BUILD)/package
.PHONY: packages tarball npm wheel deb sqlpkg libisal packages-check deps-package

# A static ISA-L: that of the compiler, or what `make libisal` has built.
STATIC_ISAL := $(firstword $(wildcard $(BUILD)/isal/libisal.a) $(filter /%,$(shell $(CC) -print-file-name=libisal.a 2>/dev/null)))
PACKAGE_ISAL := $(if $(STATIC_ISAL),INFLATE=isal ISAL_LIBS="$(abspath $(STATIC_ISAL))" \
                  ISAL_CFLAGS="$(if $(wildcard $(BUILD)/isal/include),-I$(abspath $(BUILD)/isal/include))",INFLATE=zlib)

# The symbols of static libraries stay hidden, as our own are.
PACKAGE_MAKE = $(MAKE) --no-print-directory BUILD=$(PACKAGE)/obj OPT="-O3 -g" $(PACKAGE_ISAL) \
  CPPFLAGS="-D_FORTIFY_SOURCE=2" CFLAGS="-fstack-protector-strong -ffile-prefix-map=$(CURDIR)=." \
  $(if $(SONAME),LDFLAGS="-Wl$(,)--exclude-libs$(,)ALL")
PACKAGE_LIBRARY := $(PACKAGE)/lib/flowlogs.$(SO)

$(PACKAGE_LIBRARY): FORCE
	+@$(PACKAGE_MAKE) -s all
	@mkdir -p $(@D)
	@cp $(PACKAGE)/obj/flowlogs.$(SO) $@ && $(if $(SONAME),strip --strip-unneeded,strip -x) $@
	$(if $(STATIC_ISAL),,@echo "no static ISA-L; with it, gzip is read in half the time: make libisal builds it on Debian")

packages:
	+@for each in tarball npm wheel deb sqlpkg; do $(MAKE) --no-print-directory $$each || exit; done

PACKAGED = @$(PYTHON) -B .packaging/package.py $@ $(PACKAGE) $(PACKAGE_LIBRARY) $(if $(STATIC_ISAL),isal,zlib) $(EPOCH)
tarball npm wheel: $(PACKAGE_LIBRARY)
	$(PACKAGED)

# RELEASE_URL is the place from which the archives can be fetched.
sqlpkg: tarball
	$(PACKAGED)

# dpkg-buildpackage builds the library anew, with the flags of the distribution.
deb: deps-package
	@$(PYTHON) -B .packaging/package.py debian $(PACKAGE) $(PACKAGE_LIBRARY) $(if $(STATIC_ISAL),isal,zlib) $(EPOCH)
	cd $(PACKAGE)/deb/flowlogs-$(VERSION) && env -u MAKEFLAGS -u MFLAGS $(PACKAGE_ISAL) SOURCE_DATE_EPOCH=$(EPOCH) \
	  DEB_LDFLAGS_MAINT_APPEND=-Wl,--exclude-libs,ALL dpkg-buildpackage -b -us -uc >../build.log 2>&1 || { tail -n 30 ../build.log; exit 1; }
	@mv $(PACKAGE)/deb/*.deb $(PACKAGE)/
	@$(PYTHON) -B .packaging/package.py checksums $(PACKAGE) $(PACKAGE_LIBRARY) zlib $(EPOCH)

deps-package:
	@tests/tools/deps.sh build package

libisal:
	@tests/tools/deps.sh build libisal
	@.packaging/libisal.sh $(BUILD)/isal

# The packages are made, installed where nothing of them is, and asked; README.md says what is needed.
packages-check: libisal
	@$(MAKE) --no-print-directory packages
	@$(PYTHON) -B .packaging/check.py $(PACKAGE) $(CHECK)
