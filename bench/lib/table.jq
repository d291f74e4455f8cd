# SPDX-License-Identifier: GPL-2.0-only
# The short table at the end of a run: medians of timed rounds, then what was counted.

def median:
  sort | length as $n
  | if $n == 0 then null
    elif $n % 2 == 1 then .[($n - 1) / 2]
    else (.[$n / 2 - 1] + .[$n / 2]) / 2 end;

def short:
  if . == null then "-"
  elif . >= 1000000 then "\(. / 10000 | round / 100)M"
  elif . >= 1000 then "\(. / 10 | round / 100)k"
  else "\(. * 100 | round / 100)" end;

def ratio($stock; $module):
  if $module == null or $stock == null or $stock == 0 then "-"
  else "\($module / $stock * 100 | round / 100)" end;

# Operations a second where the load has them, else bytes a second.
def rate: .figures.iops // .figures.bandwidth_bytes_s;
def unit: if .figures.iops then "IO/s" else "B/s" end;

def timed_rows:
  map(select(.kind == "timed" and .ok)) | group_by([.device, .load])[]
  | (map(select(.backend == "stock") | rate) | median) as $stock
  | (map(select(.backend == "module") | rate) | median) as $module
  | [.[0].device, .[0].load, (.[0] | unit), ($stock | short), ($module | short),
     ratio($stock; $module)];

def counted_cell: if . == null then "-" else
  "\(.counters.bounces) / \(.counters.bounced_bytes)" end;

def counted_rows:
  map(select(.kind == "counted" and .ok)) | group_by([.device, .load])[]
  | [.[0].device, .[0].load, "bounces / bytes",
     (map(select(.backend == "stock"))[0] | counted_cell),
     (map(select(.backend == "module" and .force == false))[0] | counted_cell),
     (map(select(.force))[0] | if . == null then "-" else counted_cell + " forced" end)];

(["device", "load", "median of", "stock", "module", "module/stock"] | @tsv),
(.rounds | timed_rows | @tsv),
(["device", "load", "counted", "stock", "module", "forced"] | @tsv),
(.rounds | counted_rows | @tsv)
