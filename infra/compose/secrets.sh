#!/usr/bin/env bash
# Makes what compose.yaml needs and no repository holds: certificates, passwords, addresses with them, root key, backup key.
set -euo pipefail
cd "$(dirname "$0")"
if [ -e secrets ]; then echo "infra/compose/secrets is there already: nothing is changed" >&2; exit 1; fi
umask 077
mkdir -p secrets/eventstore/authority
cd secrets
openssl rand 32 > root.key
openssl rand -base64 756 > mongodb.key
# as `crm backup key` makes it
openssl genpkey -algorithm ed25519 -outform DER > signing.der
id=$({ printf 'crm.backup.key'; openssl pkey -inform DER -in signing.der -pubout -outform DER | tail -c 32; } | sha256sum | cut -c1-16)
printf '{"format": 1, "id": "%s", "secret": "%s", "signing": "%s"}\n' "$id" "$(openssl rand -base64 32)" "$(tail -c 32 signing.der | base64 -w 0)" > backup.key
rm signing.der
openssl rand -hex 24 | tr -d '\n' > mongodb-password
openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj "/CN=crm compose authority" \
    -keyout authority.key -out eventstore/authority/ca.crt 2> /dev/null
openssl req -newkey rsa:3072 -nodes -subj "/CN=eventstoredb-node" -keyout eventstore/node.key -out node.csr 2> /dev/null
openssl x509 -req -in node.csr -CA eventstore/authority/ca.crt -CAkey authority.key -CAcreateserial -days 365 \
    -out eventstore/node.crt -extfile <(printf 'subjectAltName=DNS:eventstore,DNS:localhost,IP:127.0.0.1') 2> /dev/null
rm node.csr authority.key
admin=$(openssl rand -hex 24)
printf 'EVENTSTORE_DEFAULT_ADMIN_PASSWORD=%s\nEVENTSTORE_DEFAULT_OPS_PASSWORD=%s\n' "$admin" "$(openssl rand -hex 24)" > eventstore.env
printf 'esdb://admin:%s@eventstore:2113?tls=true&tlsCaFile=/run/secrets/authority' "$admin" > eventstore-url
printf 'mongodb://crm:%s@mongodb:27017/crm?authSource=admin&replicaSet=crm' "$(cat mongodb-password)" > views-url
printf 'mongodb://crm:%s@mongodb:27017/crm_keys?authSource=admin&replicaSet=crm' "$(cat mongodb-password)" > keys-url
# containers read them as other users than the one who made them
chmod 0444 root.key backup.key eventstore-url views-url keys-url mongodb.key mongodb-password eventstore/*.crt eventstore/*.key eventstore/authority/ca.crt
chmod 0755 eventstore eventstore/authority . ..
echo "infra/compose/secrets: keep root.key and backup.key apart from every backup"
