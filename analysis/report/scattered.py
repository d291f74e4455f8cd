# SPDX-License-Identifier: GPL-2.0-only
"""64-bit network cards in a domain whose memory is scattered over the machine, and after the cure."""
from quantities import NONE, count, instructions, number, percent

SCATTERED, CURED = "xen-dom0-scattered", "xen-dom0-cured"
PAYLOAD = 1448  # bytes of TCP in a packet of 1,514
PAGE = 4096


def _bounce_adds(all_series, env, backend):
    """Instructions of a bounce that are not those of a direct map, without the copy: (low, high).

    Both environments run one kernel: what was timed in one holds for the other.
    """
    for name in (env, SCATTERED, CURED):
        for one in all_series:
            bounced, direct = one.path("bounced", PAGE), one.path("direct", PAGE)
            if one.key == (name, backend) and bounced and direct:
                return (bounced["low"] or 0) - direct["high"], bounced["high"] - direct["low"]
    return None


def _wide_cards(env):
    """Names of its 64-bit network cards; in another environment a name may be another device."""
    return {device.get("target", device["id"])
            for device in (env["record"] or {"devices": []})["devices"]
            if device.get("role") == "nic" and device.get("dma_mask_bits") == 64}


def _row(env, cell, adds):
    packets = cell["io_bytes"] / PAYLOAD if cell["io_bytes"] else None
    known = packets and cell["bounces"] is not None
    rate = cell["bounces"] / packets if known else None
    took = instructions(*[rate * one for one in adds]) if known and adds else NONE
    return [env["name"], cell["device"], cell["load"], cell["backend"], count(packets),
            count(cell["bounces"]), percent(cell["share_of_maps"]),
            number(cell["bounced_bytes"] / packets) if known else NONE, took]


def scattered(document, summary, all_series):
    """The table; a run without scattered memory has none."""
    if SCATTERED not in {env["name"] for env in summary["environments"]}:
        return
    unit = next((one.unit for one in all_series), "")
    rows = [_row(env, cell, _bounce_adds(all_series, env["name"], cell["backend"])
                 if unit == "instructions" else None)
            for env in summary["environments"] if env["name"] in (SCATTERED, CURED)
            for cell in env["counted"]
            if not cell["force"] and cell["device"] in _wide_cards(env)]
    document.add("table", ["Environment", "Device", "Load", "Backend", ">Packets", ">Bounces",
                           ">of mapped", ">Bytes copied a packet", ">Instructions a packet"], rows)
    if rows:
        document.add("items", [
            "A 64-bit device bounces here only because pages that are neighbours have frames that "
            "are not. A packet has 1,448 bytes of payload. Its instructions are what bouncing adds "
            "to direct maps, by dmabench, without the copy.",
            f"In {CURED} the defragmenter (xsw-defrag) has run, and stays on in the background."])
