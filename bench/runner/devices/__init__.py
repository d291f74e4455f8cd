# SPDX-License-Identifier: GPL-2.0-only
"""Finds disks and network cards, and says who uses them."""
