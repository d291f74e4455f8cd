# SPDX-License-Identifier: GPL-2.0-only
"""The front end of dmabench. What it asks of a machine, bench/runner asks too: its modules do it."""
