# SPDX-License-Identifier: GPL-2.0-only
"""The front end of dmabench. What bench/runner asks of a machine, too, its modules do."""
