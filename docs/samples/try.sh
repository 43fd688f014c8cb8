#!/usr/bin/env bash
# Runs a sample against a real PostgreSQL and shows what it leaves there:
#   PGHOST=127.0.0.1 PGPORT=5432 PGUSER=postgres bash docs/samples/try.sh Checkout
#   … bash docs/samples/try.sh CheckoutRepaired
# It drops and makes a database with the sample's name. Needs psql, curl and the .NET SDK 10.
set -euo pipefail
cd "$(dirname "$0")"

sample=${1:-Checkout}
export PGHOST=${PGHOST:-127.0.0.1} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-postgres}
database=$(echo "$sample" | tr '[:upper:]' '[:lower:]')
service=http://127.0.0.1:5080
logs=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT

say() { printf '\n%s\n' "== $*"; }
rows() { psql -X -q -d "$database" -c "$1"; }
post() { curl -sS -m 60 -X POST -H 'Content-Type: application/json' -w ' [%{http_code}]\n' "$service$1" -d "${2:-}"; }
value() { sed -E "s/.*\"$1\":\"?([^\",}]+).*/\1/"; }
await() { for _ in $(seq 100); do curl -s -o /dev/null "$1" && return; sleep 0.2; done; cat "$logs"/*; exit 1; }

dotnet build -v q -clp:"ErrorsOnly;NoSummary" Partners
dotnet build -v q -clp:"ErrorsOnly;NoSummary" "$sample"
psql -X -q -d postgres -c "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database" 2>/dev/null

(cd Partners && exec dotnet bin/Debug/net10.0/Partners.dll) >"$logs/partners" 2>&1 & pids+=($!)
(cd "$sample" && ASPNETCORE_URLS=$service exec dotnet "bin/Debug/net10.0/$sample.dll" \
    --ConnectionStrings:Checkout "Host=$PGHOST;Port=$PGPORT;Username=$PGUSER;Database=$database") >"$logs/service" 2>&1 & pids+=($!)
await http://127.0.0.1:5081/charges
await "$service/orders/00000000-0000-0000-0000-000000000000"

say "one order, quoted, placed, shipped; another cancelled"
post /quotes '{"sku":"teapot","currency":"USD"}'
order='{"email":"ann@example.com","lines":[{"sku":"kettle","quantity":1},{"sku":"teapot","quantity":1}]}'
placed=$(post /orders "$order"); echo "$placed"
post "/orders/$(echo "$placed" | value id)/ship"
placed=$(post /orders "$order"); echo "$placed"
post "/orders/$(echo "$placed" | value id)/cancel"
post /orders '{"email":"fraud@example.com","lines":[{"sku":"cup","quantity":1}]}'

say "more cups than there are: what is missing goes to the supplier"
post /stock/reservations '{"sku":"cup","quantity":1200}'
rows 'SELECT sku, quantity FROM back_orders'

say "eight customers buy the same kettle at once; the server's view, half a second later"
kettle='{"email":"bob@example.com","lines":[{"sku":"kettle","quantity":1}]}'
start=$(date +%s%3N)
orders=(); for _ in $(seq 8); do post /orders "$kettle" >/dev/null & orders+=($!); done
sleep 0.5
psql -X -q -d "$database" -c "SELECT state, wait_event_type, wait_event, count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY 1, 2, 3 ORDER BY 4 DESC"
wait "${orders[@]}"
echo "the last of the eight was answered after $(($(date +%s%3N) - start)) ms"

say "what is in the database"
sleep 6
rows 'SELECT status, count(*), count(charge_id) AS charged, count(tracking_code) AS tracked FROM orders GROUP BY status ORDER BY status'
rows 'SELECT count(*) AS receipts, count(sent_at) AS sent FROM receipts'
rows 'SELECT sku, stock FROM products ORDER BY sku'
rows 'SELECT sku, currency, amount FROM quotes'
echo "mails: $(grep -c '^mail' "$logs/partners" || true)"

say "points, three times; then five quotes"
for points in 10 20 30; do post "/loyalty/ann@example.com/points/$points"; done
rows 'SELECT a.email, a.points, (SELECT coalesce(sum(points), 0) FROM loyalty_entries e WHERE e.email = a.email) AS entries FROM loyalty_accounts a'
for _ in 1 2 3 4 5; do post /quotes '{"sku":"teapot","currency":"USD"}'; done

say "errors in the service's log"
grep -E '^ *(System|Npgsql|Microsoft)[A-Za-z.]+Exception' "$logs/service" | cut -c1-160 | sort | uniq -c || true
