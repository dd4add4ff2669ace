#!/usr/bin/env bash
# The cluster of compose.yaml without containers: Redis, three mocks and nginx on this machine, until Ctrl-C.
# Needs redis-server and nginx (Debian: apt-get install redis-server nginx) and mockserver (MOCKSERVER names another command).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -r front first second third <<< "${PORTS:-8080 4011 4012 4013}"
read -ra mockserver <<< "${MOCKSERVER:-mockserver}"
export MOCKSERVER_ADMIN_TOKEN=${ADMIN_TOKEN:-let-me-in}

for program in redis-server nginx; do
  command -v "$program" >/dev/null || { echo "$program isn't installed" >&2; exit 3; }
done

folder=$(mktemp -d)
pids=()
end() {
  trap - EXIT INT TERM
  kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 0' INT TERM
run() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$folder/$name.log" 2>&1 &
  pids+=($!)
  echo "$name has process $!"
}
waited=0
give_up() {
  tail -n 3 "$folder"/*.log >&2
  exit 3
}
until_it_works() { # COMMAND...
  until "$@" >/dev/null 2>&1; do
    for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || give_up; done
    ((waited++ < 600)) || give_up
    sleep 0.1
  done
}
answers() { exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET /__mock__/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && head -n 1 <&3 | grep -q ' 200 '; }

run redis redis-server --port 0 --unixsocket "$folder/redis.sock" --dir "$folder" --save "" --appendonly yes --appendfsync always
until_it_works test -S "$folder/redis.sock"
for port in "$first" "$second" "$third"; do
  run "mock-$port" "${mockserver[@]}" mock --port "$port" --store "unix://$folder/redis.sock?db=0"
done
for port in "$first" "$second" "$third"; do until_it_works answers "$port"; done

sed -e "s/mock-1:4010/127.0.0.1:$first/" -e "s/mock-2:4010/127.0.0.1:$second/" -e "s/mock-3:4010/127.0.0.1:$third/" \
  -e "s/listen 8080/listen 127.0.0.1:$front/" "$here/nginx.conf" >"$folder/nginx.conf"
run nginx nginx -p "$folder" -c "$folder/nginx.conf" -g 'daemon off;' -e stderr
until_it_works answers "$front"
echo "Ready at http://127.0.0.1:$front, Ctrl-C ends it"
wait
