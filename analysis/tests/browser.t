#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page in a browser: its first screen is whole, nothing is wider than the window, and all is
# there in print. Chromium measures.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

command -v chromium >/dev/null || bail 'chromium is missing: apt-get install chromium'

# browse ARGUMENT...: chromium without a window.
browse()
{
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
		--user-data-dir="$scratch/chromium" "$@" 2>/dev/null
}

# measure WIDTH HEIGHT EXPRESSION: its value in the page, in a window of that size. Chromium's
# narrowest window is wider than a phone: the page is measured in a frame.
measure()
{
	{
		printf '<iframe id="f" style="border:0;width:%spx;height:%spx" src="report.html"></iframe>' "$1" "$2"
		printf '<script>onload = () => { const d = document.getElementById("f").contentDocument;'
		printf 'document.title = "value:" + (%s); }</script>' "$3"
	} >"$run/frame.html"
	browse --allow-file-access-from-files --window-size=1400,1000 --dump-dom \
		"file://$run/frame.html" | sed -n 's/.*<title>value:\([^<]*\)<.*/\1/p'
}

# words of a picture that leave it, and such as lie on another
cut='[...d.querySelectorAll("figure svg")].flatMap(s => { const r = s.getBoundingClientRect();
	return [...s.querySelectorAll("text")].filter(t => t.getBoundingClientRect().right > r.right + 1) }).length'
run_together='[...d.querySelectorAll(".pictures svg")].flatMap(s => { const words =
	[...s.querySelectorAll("text")].map(t => t.getBoundingClientRect());
	return words.filter((a, i) => words.some((b, j) => j > i && a.left < b.right - 1 && b.left < a.right - 1 &&
	a.top < b.bottom - 6 && b.top < a.bottom - 6)) }).length'

new_run fixture
"$report" "$run" >/dev/null
for width in 1300 1000 400; do
	at_most "$(measure "$width" 900 'd.documentElement.scrollWidth')" "$width" \
		"nothing is wider than a window of $width"
done
at_most "$(measure 1300 900 'Math.ceil(d.querySelector(".first").getBoundingClientRect().bottom)')" 900 \
	'the first screen of 1300 by 900 holds answer, problems, pictures and table'
is "$(measure 1300 900 'd.querySelectorAll(".pictures svg").length >= 3 &&
	[...d.querySelectorAll(".pictures svg")].slice(0, 3).every(s => s.getBoundingClientRect().width > 300)')" true \
	'three pictures side by side'
is "$(measure 1300 900 '[...d.querySelectorAll("details")].filter(one => one.open).length')" 0 'the rest is closed'
is "$(measure 1300 900 "$cut")" 0 \
	'no word of a picture is cut'
is "$(measure 1300 900 '[...d.querySelectorAll("details")].every(one => { one.open = true;
	return one.offsetHeight > 30 }) && d.documentElement.scrollWidth <= 1300')" true \
	'opened, nothing is wider either'

fits='[...d.querySelectorAll(".first")].every(one => one.scrollWidth <= one.clientWidth)'
is "$(measure 1300 900 "$fits")" true 'the table of the first screen is whole in it'
is "$(measure 1300 900 '[...d.querySelectorAll(".first tbody tr")].every(one => one.offsetHeight < 30)')" true \
	'a row is a line'
is "$(measure 1300 900 '[...d.querySelectorAll(".first .from")].every(one => one.closest("td").cellIndex === 0) &&
	d.querySelectorAll(".first .from").length')" "$(($(measure 1300 900 'd.querySelectorAll(".first tbody tr").length') - 1))" \
	'with one link to where its numbers come from'
new_run real
real_machine
"$report" "$run" >/dev/null
is "$(measure 1300 900 "$fits")" true "so is a real machine's"
at_most "$(measure 1300 900 'Math.ceil(d.querySelector(".first").getBoundingClientRect().bottom)')" 900 \
	'and its first screen holds it'

# whole NAME: the run's page on a first screen of 1300 by 900, and no wider.
whole()
{
	at_most "$(measure 1300 900 'Math.ceil(d.querySelector(".first").getBoundingClientRect().bottom)')" 900 \
		"$1: the first screen holds it"
	at_most "$(measure 1300 900 'd.documentElement.scrollWidth')" 1300 "$1: nothing is wider than the window"
	is "$(measure 1300 900 "$fits")" true "$1: its table is whole"
	is "$(measure 1300 900 "$cut")" 0 \
		"$1: no word of a picture is cut"
	is "$(measure 1300 900 "$run_together")" 0 "$1: no two words of it overlap"
	is "$(measure 1300 900 '[...d.querySelectorAll("a[href^=\"#\"]")].filter(a =>
		!d.getElementById(decodeURIComponent(a.getAttribute("href").slice(1)))).length')" 0 "$1: no link in it is dead"
	is "$(measure 1300 900 '[...d.querySelectorAll("details")].every(one => { one.open = true;
		return one.offsetHeight > 30 }) && d.documentElement.scrollWidth <= 1300')" true "$1: nor wider where it is opened"
}

# -- the page that the README shows
run=$scratch/reference
cp -r "$checkout/results/reference" "$run"
whole 'results/reference'

# -- a host that was booted in one of five ways: four lines say how to boot the others
new_run host
real_machine
rm -r "$run"/native* "$run/xen-domu"
edit bench.json '.host = "build-host-7" | .host_id = "1234567890abcdef" | .environments = ([
	["native", "intel_iommu=off"], ["native-iommu-passthrough", "intel_iommu=on iommu=pt"],
	["native-iommu-lazy", "intel_iommu=on iommu.passthrough=0 iommu.strict=0"],
	["native-iommu-strict", "intel_iommu=on iommu.passthrough=0 iommu.strict=1"]] |
	map({name: .[0], describe: .[0], instructions: null, loads: {status: "missing", reason: "this host was not booted so",
	cure: "boot Linux without Xen, with \(.[1]) on its command line; then make bench OUT=results/20260101T120000Z-build-host-7"}}))
	+ [{name: "xen-dom0", describe: "Xen", loads: {status: "measured", reason: null, cure: null}, instructions: null}]'
edit xen-dom0/instructions/dmabench.json '.unit = "ns" | .emulated = false'
"$report" "$run" >/dev/null
is "$(measure 1300 900 '[...d.querySelectorAll(".problems li")].filter(one => /not booted so/.test(one.textContent)).length')" 4 \
	'four lines of a host page say what is missing'
whole 'a host with four lines of what is missing'

# -- one picture alone: letters as large as elsewhere, none cut
new_run alone
rm -r "$run"/*/instructions
edit xen-dom0/run.json '.devices |= map(if .target == "sda" then .id = "a-long-name" | .target = "a-long-name" else . end) |
	.rounds |= map(if .device == "sda" then .device = "a-long-name" else . end)'
"$report" "$run" >/dev/null
at_most "$(measure 1300 900 'Math.ceil(d.querySelector("figure svg text").getBoundingClientRect().height)')" 24 \
	'a picture that stands alone is not drawn larger'
is "$(measure 1300 900 "$cut")" 0 \
	'nor is a word of it cut'

# -- all environments of the lab on one page
everywhere
"$report" "$run" >/dev/null
at_most "$(measure 1300 900 'Math.ceil(d.querySelector(".first").getBoundingClientRect().bottom)')" 900 \
	'the first screen holds all environments of the lab'
at_most "$(measure 1300 900 'd.documentElement.scrollWidth')" 1300 'and is no wider than the window'
is "$(measure 1300 900 "$run_together")" 0 'no two words of a picture overlap'
is "$(measure 1300 900 '[...d.querySelectorAll(".first th")].slice(1).map(one => one.textContent).join()')" \
	'native,IOMMU lazy,IOMMU strict,dom0 stock,dom0 module,domU stock,domU module' \
	'its table has those of the default'
is "$(measure 1300 900 "$fits")" true 'and is whole, too'
run=$scratch/fixture

browse --blink-settings=preferredColorScheme=0 --window-size=1300,900 \
	--screenshot="$scratch/dark.png" "file://$run/report.html"
browse --window-size=1300,900 --screenshot="$scratch/light.png" "file://$run/report.html"
passes 'dark mode is drawn' test -s "$scratch/dark.png"
passes 'and is another picture' not cmp -s "$scratch/dark.png" "$scratch/light.png"
browse --print-to-pdf="$scratch/page.pdf" "file://$run/report.html"
at_least "$(grep -ac '/Type /Page$\|/Type /Page\b[^s]' "$scratch/page.pdf")" 3 'closed parts are printed, too'
done_testing
