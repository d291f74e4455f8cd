#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The tuner's arithmetic: the kernel's rounding, sizes, costs, words."""
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "tune"))
import costs  # noqa: E402
import kernel  # noqa: E402
import screen  # noqa: E402
import subject  # noqa: E402


class Rounding(unittest.TestCase):
    """Against round_up_default_nslabs(), setup_io_tlb_npages() and limit_nareas() of the kernel."""

    def test_slots(self):
        for asked, areas, release, made in (
                (1, 1, "6.12.1", 128), (1000, 1, "6.12.1", 1024), (1024, 1, "6.12.1", 1024),
                (1025, 1, "6.1.0", 2048), (1024, 16, "6.12.1", 2048), (3000, 2, "7.0.1", 4096),
                (1000, 1, "5.10.0-28-amd64", 1024), (1025, 1, "5.19.0", 1152)):
            self.assertEqual(kernel.rounded(asked, areas, release), made, (asked, areas, release))

    def test_parameter(self):
        for slots, areas, cpus, words in (
                (32768, 2, 2, "swiotlb=32768"), (32768, 4, 3, "swiotlb=32768"),
                (1024, 8, 8, "swiotlb=1024"), (1024, 4, 64, "swiotlb=1024,4"),
                (4096, 1, 8, "swiotlb=4096,1"), (4096, 8, None, "swiotlb=4096,8")):
            self.assertEqual(kernel.parameter(slots, areas, "6.12.0", cpus), words)

    def test_a_parameter_makes_what_it_names(self):
        for slots in (256, 1024, 65536):
            for cpus in (1, 3, 64):
                for areas in (1, 2):
                    words = kernel.parameter(slots, areas, "6.12.0", cpus).split("=")[1].split(",")
                    chosen = int(words[1]) if len(words) > 1 else kernel.default_areas("6.12.0", cpus)
                    self.assertEqual((kernel.rounded(int(words[0]), chosen, "6.12.0"), chosen),
                                     (slots, areas))

    def test_words_behind_the_numbers(self):
        self.assertEqual(kernel.parts("swiotlb=0x400,2,force"), ([1024, 2], ["force"]))
        self.assertEqual(kernel.parts(None), ([], []))
        self.assertEqual(kernel.parameter(2048, 1, "6.12.0", 1, ("force",)), "swiotlb=2048,force")

    def test_before_areas(self):
        self.assertEqual(kernel.parameter(3072, 1, "5.10.0", 8), "swiotlb=3072")

    def test_boot(self):
        self.assertEqual(kernel.named("quiet swiotlb=1 ro swiotlb=2,force"), "swiotlb=2,force")
        self.assertIsNone(kernel.named("xswiotlb=1 quiet"))


def pool(slots, areas):
    return subject.Subject("stock", slots, areas, True, areas, (), "6.12.0", 0)


def recorded(**head):
    return dict({"command_line": "quiet", "cpus": 4, "cpus_seen": 2, "areas": 4}, **head)


class Boot(unittest.TestCase):
    """What sets the number of areas, where the parameter names none."""

    def test_possible_cpus_and_not_those_online(self):
        self.assertEqual(subject.boot_of(recorded(areas=8)), (8, ()))

    def test_named_areas_tell_nothing_of_the_usual_ones(self):
        self.assertEqual(subject.boot_of(recorded(command_line="ro swiotlb=1024,4,force")),
                         (None, ("force",)))

    def test_a_line_that_may_be_cut(self):
        self.assertEqual(subject.boot_of(recorded(areas=8, command_line="x" * 255)), (4, ()))

    def test_older_recordings(self):
        self.assertEqual(subject.boot_of(recorded(command_line="", cpus=None, areas=None)), (2, ()))


class Sizes(unittest.TestCase):
    def test_an_area_has_128_slots(self):
        found = [n for n in subject.sizes(100, pool(32768, 64)) if n & (n - 1) == 0 and n >= 8192]
        self.assertEqual(found[:3], [8192, 16384, 32768])

    def test_each_can_be_had(self):
        for need in (0, 1, 638, 1024, 1025, 70000):
            found = subject.sizes(need, pool(512, 1))
            self.assertEqual(found, sorted(set(found)))
            self.assertTrue(all(n & (n - 1) == 0 or n % 1024 == 0 for n in found), found)
            self.assertTrue(any(n >= need and n & (n - 1) == 0 for n in found), found)
            self.assertTrue(any(n >= need and n % 1024 == 0 for n in found), found)

    def test_points(self):
        self.assertEqual([subject.points(s) for s in (0.1, 61, 1800)], [60, 61, 600])


class Costs(unittest.TestCase):
    def test_measured_ones(self):
        self.assertEqual(costs.fixed("stock", {4096: 2}), 2 * 2712)
        self.assertEqual(costs.fixed("module", {262144: 1, 512: 1}), 525 + 444)

    def test_between_and_beyond(self):
        self.assertEqual(costs.between(costs.STOCK, (4096 + 65536) // 2), (2712 + 3938) / 2)
        self.assertEqual(costs.between(costs.STOCK, 1 << 21), 5887)

    def test_not_bounced(self):
        self.assertEqual(costs.not_bounced("stock", {4096: 1}, 4096), 2712 + 1536 - 381)


class Words(unittest.TestCase):
    def test_sizes(self):
        self.assertEqual([screen.size(n) for n in (0, 2048, 1536, 1 << 31, 3 << 29)],
                         ["0 B", "2 KiB", "1.5 KiB", "2 GiB", "1.5 GiB"])

    def test_numbers(self):
        self.assertEqual([screen.short(n) for n in (12, 54321, 2.5e6, 3e9)], ["12", "54.3 k", "2.5 M", "3 G"])


if __name__ == "__main__":
    unittest.main()
