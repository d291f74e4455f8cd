// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that lie in one another and run beside one another, by the names of those that map: so an
 * interrupt maps within a map, and another CPU at the same time. Each thread makes a long call that
 * bounces, and a short one within it that does not.
 */
#include <pthread.h>
#include <unistd.h>

static pthread_barrier_t together;

__attribute__((noinline)) void swiotlb_tbl_map_single(void)
{
	__asm__ volatile("");
}

__attribute__((noinline)) void xen_swiotlb_map_page(int outer)
{
	if (outer) {
		swiotlb_tbl_map_single();
		pthread_barrier_wait(&together);
		xen_swiotlb_map_page(0);
		pthread_barrier_wait(&together);
		sleep(2);
	}
	__asm__ volatile("");
}

static void *calls(void *unused)
{
	xen_swiotlb_map_page(1);
	return unused;
}

int main(void)
{
	pthread_t other;

	pthread_barrier_init(&together, NULL, 2);
	pthread_create(&other, NULL, calls, NULL);
	calls(NULL);
	pthread_join(other, NULL);
	return 0;
}
