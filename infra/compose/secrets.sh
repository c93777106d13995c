#!/usr/bin/env bash
# Makes what compose.yaml needs and no repository holds: certificates, passwords, addresses with them, root key, backup key.
#   bash infra/compose/secrets.sh            once
#   bash infra/compose/secrets.sh --renew    within a year: other certificates, by another authority, and what an older
#                                            version of this file did not make; nothing else changes
set -euo pipefail
cd "$(dirname "$0")"
umask 077

# An authority that signs once: its key is not kept. The files are put in place when all of them are made.
certificates() {
    made=$(mktemp -d "$PWD/made.XXXXXX")
    trap 'rm -rf "$made"' EXIT
    openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj "/CN=crm compose authority" \
        -keyout "$made/authority.key" -out "$made/ca.crt" 2> /dev/null
    certificate eventstore eventstoredb-node
    certificate clickhouse clickhouse
    mkdir -p eventstore/authority clickhouse
    mv -f "$made/ca.crt" eventstore/authority/ca.crt
    mv -f "$made"/eventstore/node.* eventstore
    mv -f "$made"/clickhouse/node.* clickhouse
}

# Of a host, with a common name: EventStoreDB asks for its own.
certificate() {
    mkdir "$made/$1"
    openssl req -newkey rsa:3072 -nodes -subj "/CN=$2" -keyout "$made/$1/node.key" -out "$made/$1.csr" 2> /dev/null
    openssl x509 -req -in "$made/$1.csr" -CA "$made/ca.crt" -CAkey "$made/authority.key" -CAcreateserial -days 365 \
        -out "$made/$1/node.crt" -extfile <(printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1' "$1") 2> /dev/null
}

# ClickHouse's password: the suite reads it, the server its hash, which is written last.
facts() {
    if [ -e clickhouse/password.yaml ]; then return; fi
    mkdir -p clickhouse
    rm -f clickhouse/password
    openssl rand -hex 24 | tr -d '\n' > clickhouse/password
    printf 'users: {crm: {password_sha256_hex: "%s"}}\n' "$(sha256sum < clickhouse/password | cut -d' ' -f1)" > clickhouse/made
    mv -f clickhouse/made clickhouse/password.yaml
}

# The folder is its maker's alone, so nobody else on this machine reaches what is in it. Docker mounts the files, and the
# users of the containers (10001, 1000, 999, 101) read them there.
permissions() {
    chmod 0700 .
    chmod 0444 root.key backup.key eventstore-url views-url keys-url mongodb.key mongodb-password \
        eventstore/*.crt eventstore/*.key eventstore/authority/ca.crt clickhouse/*
    chmod 0755 eventstore eventstore/authority clickhouse
}

case "${1-}" in
--renew)
    if [ ! -e secrets/root.key ]; then echo "infra/compose/secrets is not there: make it first, without --renew" >&2; exit 1; fi
    cd secrets
    facts
    certificates
    permissions
    echo "infra/compose/secrets: other certificates, until $(openssl x509 -in eventstore/node.crt -noout -enddate | cut -d= -f2)"
    echo "now: docker compose -f infra/compose/compose.yaml up -d --force-recreate --wait"
    echo "     with -f infra/compose/clickhouse.yaml after the first file where facts are on that server: else they leave it"
    exit 0 ;;
"") ;;
*) echo "secrets.sh [--renew]" >&2; exit 2 ;;
esac

if [ -e secrets ]; then echo "infra/compose/secrets is there already: nothing is changed" >&2; exit 1; fi
mkdir secrets
cd secrets
openssl rand 32 > root.key
openssl rand -base64 756 > mongodb.key
# as `crm backup key` makes it
openssl genpkey -algorithm ed25519 -outform DER > signing.der
id=$({ printf 'crm.backup.key'; openssl pkey -inform DER -in signing.der -pubout -outform DER | tail -c 32; } | sha256sum | cut -c1-16)
printf '{"format": 1, "id": "%s", "secret": "%s", "signing": "%s"}\n' "$id" "$(openssl rand -base64 32)" "$(tail -c 32 signing.der | base64 -w 0)" > backup.key
rm signing.der
openssl rand -hex 24 | tr -d '\n' > mongodb-password
facts
certificates
admin=$(openssl rand -hex 24)
printf 'EVENTSTORE_DEFAULT_ADMIN_PASSWORD=%s\nEVENTSTORE_DEFAULT_OPS_PASSWORD=%s\n' "$admin" "$(openssl rand -hex 24)" > eventstore.env
printf 'esdb://admin:%s@eventstore:2113?tls=true&tlsCaFile=/run/secrets/authority' "$admin" > eventstore-url
printf 'mongodb://crm:%s@mongodb:27017/crm?authSource=admin&replicaSet=crm' "$(cat mongodb-password)" > views-url
printf 'mongodb://crm:%s@mongodb:27017/crm_keys?authSource=admin&replicaSet=crm' "$(cat mongodb-password)" > keys-url
permissions
echo "infra/compose/secrets: keep root.key and backup.key apart from every backup"
