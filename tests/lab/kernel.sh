# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The guest's kernel and what is packed with it. The kernel is the stock one
# of the distribution, downloaded as a package and unpacked into a cache;
# nothing is installed, and the host's own kernel does not matter. The same
# is done for sshd when the host has none, so that no machine starts to
# listen on port 22 because of a lab.

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/baton-lab

# In this order. Without crc32_generic "rdma link add" fails on 6.1.
MODULES_NEEDED="virtio_pci virtio_net 9p 9pnet_virtio overlay rdma_rxe
    ib_uverbs rdma_ucm"
MODULES_WANTED="crc32_generic crc32-pclmul ib_umad sch_netem"

apt_get() {
    local sandbox=()
    ((UID == 0)) && sandbox=(-o APT::Sandbox::User=root)
    apt-get -qq -o Debug::NoLocking=1 "${sandbox[@]}" "$@"
}

# fetch_packages DIRECTORY PACKAGE…: download and unpack below DIRECTORY.
fetch_packages() {
    local dir=$1 package deb size
    shift
    mkdir -p "$dir/deb" "$dir/root" || return 1
    for package; do
        size=$(apt-cache show --no-all-versions "$package" |
               awk '$1 == "Size:" { print int($2 / 1048576 + 1); exit }')
        say "downloading $package (${size:-?} MB)"
        (cd "$dir/deb" && apt_get download "$package") || return 1
    done
    for deb in "$dir"/deb/*.deb; do
        dpkg-deb -x "$deb" "$dir/root" || return 1
    done
    rm -rf "$dir/deb"
}

# The packages of the distribution's current kernel, one a line.
kernel_packages() {
    local meta image package
    for meta in linux-image-amd64 linux-image-generic; do
        image=$(apt-cache depends "$meta" 2>/dev/null |
                grep -o 'linux-image-[0-9].*' | head -n 1)
        [[ -n $image ]] && break
    done
    [[ -n $image ]] || return 1
    for package in "$image" "${image/image/modules}" \
                   "${image/image/modules-extra}"; do
        [[ -n $(apt-cache show "$package" 2>/dev/null) ]] && echo "$package"
    done
    return 0
}

# copy_module FILE DIRECTORY: uncompressed, since busybox loads no other.
copy_module() {
    local name=${1##*/}
    name=${name%.xz}
    name=${name%.zst}
    [[ -e $2/$name ]] && return 0
    case $1 in
    *.xz)  xz -dc "$1" > "$2/$name" ;;
    *.zst) zstd -dcq "$1" > "$2/$name" ;;
    *)     cp "$1" "$2/$name" ;;
    esac || return 1
    echo "$name" >> "$2/order"
}

# take_modules ROOT RELEASE DIRECTORY: those we need, with all they need.
take_modules() {
    local root=$1 release=$2 dir=$3 module kind file
    mkdir -p "$dir"
    depmod -b "$root" "$release" || return 1
    for module in $MODULES_WANTED $MODULES_NEEDED; do
        modprobe -d "$root" -S "$release" --show-depends "$module" \
            > "$dir/needs" 2>/dev/null ||
            [[ " $MODULES_WANTED " == *" $module "* ]] ||
            { say "kernel $release has no module $module"; return 1; }
        while read -r kind file _; do
            [[ $kind == insmod ]] || continue
            copy_module "$file" "$dir" || return 1
        done < "$dir/needs"
    done
    rm -f "$dir/needs"
}

# number FILE OFFSET BYTES: a little-endian number out of a file.
number() { od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# take_kernel BZIMAGE FILE: its uncompressed form if QEMU can start that,
# which saves each boot the four seconds of unpacking in an emulated
# processor; else the image itself. Offsets are of the Linux x86 boot
# protocol: setup_sects, payload_offset, payload_length.
take_kernel() {
    local image=$1 file=$2 start length unpack
    start=$((($(number "$image" 497 1) + 1) * 512 +
             $(number "$image" 584 4)))
    length=$(number "$image" 588 4)
    tail -c +$((start + 1)) "$image" | head -c "$length" > "$file.payload"
    case $(head -c 4 "$file.payload" | od -A n -t x1 | tr -d ' ') in
    fd377a58) unpack="xz -dc --single-stream" ;;
    28b52ffd) unpack="zstd -dcq" ;;
    1f8b*)    unpack="gzip -dc" ;;
    *)        unpack=false ;;
    esac
    # The payload is followed by its length: an error at the end is normal.
    $unpack < "$file.payload" > "$file" 2>/dev/null
    rm "$file.payload"
    # Note 0x12 of "Xen" is the entry that QEMU starts at.
    readelf -n "$file" 2>/dev/null | grep -q 'type: (0x00000012)' &&
        return 0
    cp "$image" "$file"
}

# Download the kernel into $CACHE/kernel unless it is there.
prepare_kernel() {
    local work=$CACHE/kernel.$$ release packages
    [[ -f $CACHE/kernel/vmlinux ]] && return 0
    command -v apt-get >/dev/null ||
        die "a guest kernel is fetched with apt-get, which is missing here"
    mapfile -t packages < <(kernel_packages)
    ((${#packages[@]})) ||
        die "apt knows no kernel package; run 'apt-get update' first"
    rm -rf "$work"
    SCRATCH+=("$work")
    fetch_packages "$work" "${packages[@]}" || die "no guest kernel"
    say "unpacking the modules of the guest's kernel"
    # Debian 13 ships them below /usr/lib.
    [[ -d $work/root/lib/modules ]] ||
        ln -s usr/lib "$work/root/lib" 2>/dev/null
    release=$(ls "$work/root/lib/modules")
    take_modules "$work/root" "$release" "$work/modules" ||
        die "no usable guest kernel"
    take_kernel "$work/root/boot/vmlinuz-$release" "$work/vmlinux" ||
        die "no usable guest kernel"
    echo "$release" > "$work/release"
    rm -rf "$work/root" "$CACHE/kernel"
    mv "$work" "$CACHE/kernel" || [[ -f $CACHE/kernel/vmlinux ]] || exit 1
}

# Download sshd and the libraries it lacks into $CACHE/sshd if the host has
# no sshd.
prepare_sshd() {
    local work=$CACHE/sshd.$$ packages
    [[ -x /usr/sbin/sshd || -d $CACHE/sshd ]] && return 0
    mapfile -t packages < <(apt_get install --no-install-recommends \
        --print-uris openssh-server | sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p")
    ((${#packages[@]})) || die "apt knows no openssh-server"
    rm -rf "$work"
    SCRATCH+=("$work")
    fetch_packages "$work" "${packages[@]}" || die "no sshd for the guests"
    # The guest's /lib is a link to usr/lib; so must ours be.
    if [[ -d $work/root/lib ]]; then
        mkdir -p "$work/root/usr/lib"
        cp -a "$work/root/lib/." "$work/root/usr/lib/"
    fi
    mkdir "$work/keep"
    mv "$work/root/usr" "$work/keep/usr"
    rm -rf "$work/root" "$work"/keep/usr/{share,lib/systemd}
    mv "$work/keep" "$CACHE/sshd" || exit 1
    rm -rf "$work"
}

# Find or download a busybox that needs no libraries; set BUSYBOX. The
# package is not to be installed: it would replace the ordinary one.
prepare_busybox() {
    local work=$CACHE/busybox.$$
    BUSYBOX=$(command -v busybox)
    [[ -n $BUSYBOX ]] && ! grep -qa 'ld-linux' "$BUSYBOX" && return 0
    BUSYBOX=$CACHE/busybox
    [[ -x $BUSYBOX ]] && return 0
    rm -rf "$work"
    SCRATCH+=("$work")
    fetch_packages "$work" busybox-static || die "no busybox for the guests"
    mv "$(find "$work/root" -type f -path '*/bin/busybox')" "$BUSYBOX" || exit 1
    rm -rf "$work"
}

# make_initrd: $STATE/initrd, which holds the modules, both guest scripts and
# $STATE/guest (keys and settings).
make_initrd() {
    local tree=$STATE/tree
    mkdir -p "$tree"/{bin,proc,sys,dev,host,rw,root,modules,lab}
    cp "$BUSYBOX" "$tree/bin/busybox"
    cp "$CACHE/kernel/modules"/* "$tree/modules/"
    install -m 755 "$HERE/guest/init" "$tree/init"
    cp -a "$STATE/guest/." "$tree/lab/"
    install -m 755 "$HERE/guest/boot" "$tree/lab/boot"
    [[ -x /usr/sbin/sshd ]] || cp -a "$CACHE/sshd" "$tree/lab/extra"
    (cd "$tree" && find . -print0 | cpio -0 -o -H newc --quiet -R 0:0) \
        > "$STATE/initrd" || die "cannot pack the guest's initial memory disk"
    rm -rf "$tree"
}
