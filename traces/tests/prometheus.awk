# SPDX-License-Identifier: GPL-2.0-only
# Is a file in Prometheus' text format 0.0.4, and does it keep that world's habits? Prints what is
# wrong, line by line, and ends with status 1; agrees with `promtool check metrics` where both look.

function wrong(what)
{
	print FILENAME ":" FNR ": " what
	bad = 1
}

# The name of a metric's HELP or TYPE line: it precedes the samples, and comes once.
function heading(name, seen)
{
	if (name !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
		wrong("no name of a metric: " name)
	if (seen)
		wrong("told twice: " name)
	if (name in samples)
		wrong("after its samples: " name)
}

function labels_ok(text,    label, value)
{
	while (text != "") {
		if (!match(text, /^[a-zA-Z_][a-zA-Z0-9_]*="/))
			return 0
		text = substr(text, RLENGTH + 1)
		# to the quote that ends the value: backslash, quote and newline come escaped
		if (!match(text, /^([^"\\]|\\["\\n])*"/))
			return 0
		text = substr(text, RLENGTH + 1)
		if (text == "")
			return 1
		if (substr(text, 1, 1) != ",")
			return 0
		text = substr(text, 2)
	}
	return 1
}

/^# HELP / {
	heading($3, $3 in help)
	if (NF < 4)
		wrong("no help text: " $3)
	help[$3] = 1
	next
}

/^# TYPE / {
	heading($3, $3 in type)
	if (NF != 4 || $4 !~ /^(counter|gauge|histogram|summary|untyped)$/)
		wrong("no type: " $0)
	type[$3] = $4
	if ($4 == "counter" && $3 !~ /_total$/)
		wrong("a counter's name ends in _total: " $3)
	if ($4 == "gauge" && $3 ~ /_(total|count|sum|bucket)$/)
		wrong("a gauge's name must not: " $3)
	if ($3 ~ /_(ms|us|ns|milliseconds|microseconds|nanoseconds|kib|mib|gib|kilobytes|percent)(_|$)/)
		wrong("no base unit: " $3)
	next
}

/^#/ {
	next
}

/^$/ {
	wrong("an empty line")
	next
}

{
	if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)) {
		wrong("no sample: " $0)
		next
	}
	name = substr($0, 1, RLENGTH)
	rest = substr($0, RLENGTH + 1)
	labels = ""
	if (rest ~ /^[{]/) {
		end = match(rest, /[}][^}]*$/)
		labels = substr(rest, 2, end - 2)
		rest = substr(rest, end + 1)
		if (!end || !labels_ok(labels))
			wrong("labels: " labels)
	}
	if (rest !~ /^ ([-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?|[-+]?Inf|NaN)$/)
		wrong("no value: " $0)
	if (type[name] == "counter" && rest ~ /^ -/)
		wrong("a counter below 0: " $0)
	if (!(name in type) || !(name in help))
		wrong("without HELP and TYPE before it: " name)
	if ((name, labels) in series)
		wrong("twice: " name "{" labels "}")
	if (name != last && name in samples)
		wrong("samples of a metric stand together: " name)
	series[name, labels] = 1
	samples[name] = 1
	last = name
}

END {
	if (!NR)
		wrong("nothing in it")
	exit bad
}
