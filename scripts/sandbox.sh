# shellcheck shell=bash
# Sourced: the sandbox beside a shop, standing in for payment gateway, carrier and data platform.

sandbox_pid=

# Starts it and tells the shop where it is, unless the shop has a payment gateway already. The
# caller has set its trap for sandbox_stop before: an interrupt may come at any time.
sandbox_start() { # sandbox_start PROGRAM
  [[ -z ${MADANG_GATEWAY_URL:-} ]] || return 0
  export SANDBOX_ADDR=${SANDBOX_ADDR:-127.0.0.1:8090}
  export SANDBOX_SHOP_URL=${SANDBOX_SHOP_URL:-http://${MADANG_ADDR:-127.0.0.1:8080}}
  # The same on both sides, and no secret: nothing but the demo hangs on it.
  export SANDBOX_GATEWAY_SECRET=${SANDBOX_GATEWAY_SECRET:-test_sk_madang_sandbox}
  export SANDBOX_CARRIER_SECRET=${SANDBOX_CARRIER_SECRET:-whsec_bWFkYW5nLXNhbmRib3gtY2Fycmllci1zZWNyZXQ=}

  local said
  # Its first line says that it is open.
  exec {sandbox_out}< <(exec "$1")
  sandbox_pid=$!
  read -r said <&"$sandbox_out" ||
    die 'the sandbox did not start. Set SANDBOX_ADDR to another address, as 127.0.0.1:8091'
  printf '%s\n' "$said"

  local url=http://$SANDBOX_ADDR
  export MADANG_GATEWAY_URL=$url MADANG_GATEWAY_SECRET=$SANDBOX_GATEWAY_SECRET
  if [[ -z ${MADANG_CARRIER_URL:-} ]]; then
    export MADANG_CARRIER_URL=$url/carrier MADANG_CARRIER_SECRET=$SANDBOX_CARRIER_SECRET
  fi
  export MADANG_PLATFORM_URL=${MADANG_PLATFORM_URL:-$url/platform/events}
  # Where nobody plays the seller, orders are accepted by themselves.
  export MADANG_ACCEPT_AFTER=${MADANG_ACCEPT_AFTER:-60}
}

sandbox_stop() {
  [[ -z $sandbox_pid ]] || kill "$sandbox_pid" 2>/dev/null || true
}
