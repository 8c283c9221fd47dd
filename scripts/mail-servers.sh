#!/usr/bin/env bash
# Throw-away mail servers for tests: Dovecot (IMAP) and Postfix (SMTP in, LMTP out), on loopback, own folder, own ports.
#
#   eval "$(scripts/mail-servers.sh start $$)"   starts both, sets the variables below, nothing else
#   scripts/mail-servers.sh stop "$FAULTDESK_TEST_MAIL"   stops them and removes their folder
#
#   FAULTDESK_TEST_MAIL     the folder; its cert.pem is the certificate of both, for mail.example
#   FAULTDESK_TEST_IMAP     imap://user:password@127.0.0.1:PORT of Dovecot; tests make folders of their own in it
#   FAULTDESK_TEST_POSTFIX  SMTP_PORT:LMTP_PORT; what comes in on the first for desk.example goes out to the second
#
# The number names the process that they belong to. Servers whose owner died are cleared away by the next `start`.
# Postfix runs as root alone; without root it is left out, and the test that needs it says so.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'mail-servers: %s\n' "$*" >&2; exit 1; }

folders() { compgen -G "${TMPDIR:-/tmp}/faultdesk-mail-??????" || true; }

remove() {
  local folder=$1
  [ ! -f "$folder/run/master.pid" ] || kill "$(cat "$folder/run/master.pid")" 2>/dev/null || true
  [ ! -f "$folder/postfix/main.cf" ] || /usr/sbin/postfix -c "$folder/postfix" stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}

sweep() {
  local folder owner
  while read -r folder; do
    if [ -O "$folder/owner" ]; then
      owner=$(cat "$folder/owner")
      [ -d "/proc/$owner" ] || kill -0 "$owner" 2>/dev/null || remove "$folder"
    fi
  done < <(folders)
}

# Below the range from which outgoing connections take their ports.
port() { echo $((12000 + RANDOM % 8000)); }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

wait_for() {
  for _ in $(seq 100); do
    if listens "$1"; then return; fi
    sleep 0.1
  done
  false
}

# Both offer STARTTLS with it. It signs itself and is no authority.
make_certificate() {
  local folder=$1
  cat >"$folder/cert.cnf" <<EOF
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = mail.example
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:mail.example
EOF
  openssl req -x509 -newkey rsa:2048 -nodes -days 90 -config "$folder/cert.cnf" \
    -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>"$folder/cert.log"
  chmod 600 "$folder/key.pem"
}

start_dovecot() {
  local folder=$1 port=$2 password=$3 user group
  user=$(id -un) group=$(id -gn)
  # It refuses to handle mail as root.
  if [ "$(id -u)" -eq 0 ]; then user=nobody group=$(id -gn nobody); fi
  mkdir -p "$folder/run" "$folder/mail" "$folder/state"
  [ "$(id -u)" -ne 0 ] || chown -R "$user:$group" "$folder/run" "$folder/mail" "$folder/state"
  [ "$(id -u)" -ne 0 ] || chown "$user:$group" "$folder/key.pem"
  cat >"$folder/dovecot.conf" <<EOF
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/state/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <$folder/cert.pem
ssl_key = <$folder/key.pem
disable_plaintext_auth = no
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
first_valid_uid = 1
mail_location = maildir:$folder/mail/%u
mail_fsync = never
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=$user gid=$group home=$folder/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
EOF
  local as=()
  [ "$(id -u)" -ne 0 ] || as=(runuser -u "$user" --)
  chmod 644 "$folder/dovecot.conf"
  "${as[@]}" /usr/sbin/dovecot -c "$folder/dovecot.conf" >"$folder/dovecot.out" 2>&1 </dev/null || return 1
  wait_for "$port"
}

start_postfix() {
  local folder=$1 smtp=$2 lmtp=$3
  mkdir -p "$folder/postfix" "$folder/queue" "$folder/data"
  chown postfix "$folder/data"
  cat >"$folder/postfix/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
local_recipient_maps =
local_transport = error:none
mynetworks = 127.0.0.0/8
relay_domains = desk.example
transport_maps = inline:{ desk.example=lmtp:[127.0.0.1]:$lmtp }
message_size_limit = 41943040
maillog_file_prefixes = $folder
maillog_file = $folder/data/postfix.log
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = $folder/cert.pem
smtpd_tls_key_file = $folder/key.pem
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
EOF
  cat >"$folder/postfix/master.cf" <<EOF
127.0.0.1:$smtp inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
EOF
  /usr/sbin/postfix -c "$folder/postfix" start >"$folder/postfix.out" 2>&1 </dev/null || return 1
  wait_for "$smtp"
}

start() {
  local owner=$1 folder password imap smtp lmtp
  scripts/need.sh /usr/sbin/dovecot dovecot-core dovecot-imapd >&2
  [ -x /usr/lib/dovecot/imap ] || scripts/packages.sh dovecot-imapd
  scripts/need.sh openssl openssl >&2
  folder=$(mktemp -d "${TMPDIR:-/tmp}/faultdesk-mail-XXXXXX")
  chmod 755 "$folder"
  echo "$owner" >"$folder/owner"
  make_certificate "$folder" || { remove "$folder"; fail "openssl made no certificate"; }
  password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  imap=$(port)
  start_dovecot "$folder" "$imap" "$password" || {
    cat "$folder/dovecot.out" "$folder/state/dovecot.log" >&2 2>/dev/null || true
    remove "$folder"
    fail "Dovecot did not start"
  }
  printf 'export FAULTDESK_TEST_MAIL=%s\n' "$folder"
  printf 'export FAULTDESK_TEST_IMAP=imap://desk:%s@127.0.0.1:%d\n' "$password" "$imap"
  if [ "$(id -u)" -eq 0 ]; then
    scripts/need.sh /usr/sbin/postfix postfix >&2
    smtp=$(port)
    lmtp=$((smtp + 1))
    start_postfix "$folder" "$smtp" "$lmtp" || {
      cat "$folder/postfix.out" >&2
      remove "$folder"
      fail "Postfix did not start"
    }
    printf 'export FAULTDESK_TEST_POSTFIX=%d:%d\n' "$smtp" "$lmtp"
  fi
}

case "${1:-}" in
  start) sweep; start "${2:-$PPID}" ;;
  stop) remove "${2:?the folder that start printed}" ;;
  *) fail "usage: mail-servers.sh start [OWNER_PID] | stop FOLDER" ;;
esac
