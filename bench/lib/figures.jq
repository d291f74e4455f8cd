# SPDX-License-Identifier: GPL-2.0-only
# Figures out of the tools' own records, by file name: fio json+, iperf3 -J and the suite's own.

# Completion latency of all jobs and directions as sorted [[ns, count], ...].
def fio_bins:
  [.jobs[] | (.read, .write) | .clat_ns.bins // {} | to_entries[]]
  | group_by(.key | tonumber)
  | map([(.[0].key | tonumber), (map(.value) | add)]);

# The smallest latency that a share of all did not exceed; null without any.
def percentile($share):
  (map(.[1]) | add // 0) as $total
  | if $total == 0 then null else
      (reduce .[] as [$ns, $n] ({sum: 0, at: null};
        if .at == null then
          .sum += $n | if .sum >= $total * $share then .at = $ns else . end
        else . end)).at
    end;

def fio:
  fio_bins as $bins
  | [.jobs[] | (.read, .write) | select(.total_ios > 0)] as $sides
  | {figures: {
      iops: ($sides | map(.iops) | add), bandwidth_bytes_s: ($sides | map(.bw_bytes) | add),
      lat_p50_ns: ($bins | percentile(0.5)), lat_p99_ns: ($bins | percentile(0.99)),
      lat_p999_ns: ($bins | percentile(0.999)),
      io_bytes: ($sides | map(.io_bytes) | add), ios: ($sides | map(.total_ios) | add),
      runtime_s: ([.jobs[].job_runtime] | max / 1000)},
     lat_hist: $bins};

# TCP reports what was received; UDP in releases without a sum of it reports one sum.
def iperf:
  (.end.sum_received // .end.sum) as $in
  | {figures: ({bandwidth_bytes_s: ($in.bits_per_second / 8), io_bytes: $in.bytes,
      runtime_s: $in.seconds, retransmits: .end.sum_sent.retransmits,
      lost_packets: .end.sum.lost_packets, packets: .end.sum.packets,
      jitter_ms: .end.sum.jitter_ms} | with_entries(select(.value != null)))};

def figures_of_file:
  if has("fio version") then fio
  elif .tool == "bounces" then {bounces: .}
  elif .tool == "packets" then {figures: {packets: .sent, packets_answered: .received}}
  elif .tool == "data-check" then {figures: {io_bytes: .bytes}}
  else iperf end;
