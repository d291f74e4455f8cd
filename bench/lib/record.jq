# SPDX-License-Identifier: GPL-2.0-only
# Joins a run's parts into run.json (results/SCHEMA.md): jq -n --slurpfile rounds ... FILES...
include "figures";

# The bounces of a round's devices as the tracefs recipe counted them.
def stock_counters($counters; $tool; $bdfs):
  if $tool == null then $counters else
    [$tool.devices[] | select(.device as $d | $bdfs | index($d))] as $mine
    | ($mine | map(.bounces) | add // 0) as $n
    | $counters + {bounces: $n, bounced_bytes: ($mine | map(.bytes) | add // 0), fails: null,
        by_reason: (reduce ($mine[].reasons | to_entries[]) as $r ({};
          .[$r.key] += $r.value.bounces)),
        exchanges: null, exchange_ns: null, dropped: $tool.dropped}
  end;

def counters_of($round; $files; $bdfs):
  $round.counters
  | if . == null or .source == "module:counters" then .
    else stock_counters(.; $files["\($work)/\(.raw)"].bounces; $bdfs) end;

def untold: if . == "" then "measured in timed rounds only" else . end;

# Why figures and counters are null.
def missing_of($counters):
  (if .figures.vcpu_s == null then {vcpu_s: ($vcpu_missing | untold)} else {} end)
  + (if .figures.cycles == null then {cycles: ($cycles_missing | untold)} else {} end)
  + (if $counters == null then {} else
      (if $counters.maps != null then {}
       elif $counters.map_lists then
         {maps: "the driver maps lists of pages, which the kernel's event does not sum"}
       else {maps: "this kernel has no trace event dma_map_page"} end)
      + (if $counters.fails == null then
         {fails: "stock has no counter of failures", exchanges: "stock has no counter of exchanges"}
         else {} end)
      + (if ($counters.dropped // 0) > 0 then
         {bounces: "too low: the histogram had no room for \($counters.dropped)"} else {} end)
    end);

def round_of($files; $bdfs):
  . as $r
  | ($files["\($work)/\($r.raw)"] // {}) as $tool
  | counters_of($r; $files; $bdfs) as $counters
  | {index, backend, kind, force, position, device, load, ok,
     figures: (($tool.figures // {}) + {
       cpu_user_s: (if .ok then .cpu_user_ticks / 100 else null end),
       cpu_sys_s: (if .ok then .cpu_system_ticks / 100 else null end),
       vcpu_s: (if .vcpu_ns == null then null else .vcpu_ns / 1e9 end), cycles,
       elapsed_s: (.elapsed_us / 1000000)}),
     lat_hist: ($tool.lat_hist // null), counters: $counters, verified}
  | .missing = (missing_of($counters))
  | .raw = $r.raw;

(reduce inputs as $file ({}; .[input_filename] = ($file | figures_of_file))) as $files
| $head[0]
| (reduce .devices[] as $d ({}; .[$d.target] += [$d.bdf])) as $bdfs
| .rounds = [$rounds[] | round_of($files; $bdfs[.device])]
