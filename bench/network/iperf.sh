# SPDX-License-Identifier: GPL-2.0-only
# iperf3 from one card to the other, or to a peer; what it complains of goes to stderr.
# shellcheck shell=bash disable=SC2154 # variables of spaces.sh

# client COMMAND...: runs iperf3's client, its JSON to the file.
client()
{
	local status=0

	"$@" >"$file" || status=$?
	[ $status -eq 0 ] || sed -n 's/.*"error":[[:space:]]*/load: iperf3: /p' "$file" >&2
	return $status
}

# across OPTIONS...: from the first card to the second.
across()
{
	local server status=0

	in_space "$far" iperf3 -s -1 -p "$port" >/dev/null 2>&1 &
	server=$!
	await_listener "$far" "$port"
	client ip netns exec "$near" iperf3 -c "$far_address" -p "$port" -J "${amount[@]}" "$@" || status=$?
	[ $status -eq 0 ] || kill $server 2>/dev/null || true
	wait $server || true
	return $status
}

# to_peer OPTIONS...: to the server that XSW_PEER names, no faster than XSW_PEER_RATE.
to_peer()
{
	client iperf3 -c "$XSW_PEER" -p "$XSW_PEER_PORT" -B "$XSW_PEER_SOURCE" -b "$XSW_PEER_RATE" -J \
		"${amount[@]}" "$@"
}
