/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded model of claim, release, the verdict 'full' and closing a segment, for spin.
 *
 * One segment of four slots in two words of two bits.  Words are read one by one and changed by
 * compare and exchange, as in impl/core; a run across the words is claimed word by word and
 * given back if the second is lost.  The memo, its version and the watch word work as in
 * impl/core/memo.h; hints and group bits are left out, as they decide nothing: a hint is one
 * more place to try, so a claim here begins with an arbitrary one.
 *
 * There is no per-CPU cache of slots, hence no drain to model: the bitmap is the only owner.
 *
 * Checked, in every interleaving:
 *  1. A slot never has two owners.
 *  2. 'full' is told only if at some instant of the call no fitting run was free, where what a
 *     release gives back is free from the release's end on at the latest.
 *  3. Whoever is alone at the end finds every slot that was released: nothing is lost, no verdict
 *     stays behind that is not true.
 *  4. A closed segment is never claimed from again, and only an idle one can be closed.
 */

#define PROCS 3 /* 0: the one who looks at the end */
#define NONE  7

#define FITS(free, n)                                                                              \
	((n == 1 && free) ||                                                                       \
	 (n == 2 && ((free & 3) == 3 || (free & 6) == 6 || (free & 12) == 12)) ||                  \
	 (n == 3 && ((free & 7) == 7 || (free & 14) == 14)) || (n == 4 && free == 15))

byte busy[2];          /* the bitmap */
byte least;            /* the memo: 0 when vacant */
bit sure;
byte version;
byte watch = NONE;     /* shortest run any memo is about */
byte watch_version;

/* ghosts */
byte owner[4];         /* process + 1 */
byte settled = 0;      /* slots that are free and whose release has ended */
byte wanted[PROCS];    /* slots a claim in progress wants, 0: none in progress */
bool seen_none[PROCS]; /* at some instant of that claim no fitting run was free */
bool closed = false;
byte finished = 0;

inline look()
{
	byte p;

	p = 0;
	do
	:: p < PROCS ->
		seen_none[p] = seen_none[p] || (wanted[p] && !FITS(settled, wanted[p]));
		p++
	:: else -> break
	od;
	p = 0
}

/* one word's part of a claim: 'first' slot, 'count' slots; sets 'won' */
inline take_part(first, count)
{
	d_step {
		won = !(busy[(first) / 2] & (((1 << (count)) - 1) << ((first) % 2)));
		if
		:: won ->
			busy[(first) / 2] = busy[(first) / 2] | (((1 << (count)) - 1) << ((first) % 2));
			k = first;
			do
			:: k < (first) + (count) ->
				assert(owner[k] == 0);
				assert(!closed);
				owner[k] = me + 1;
				settled = settled & ~(1 << k);
				k++
			:: else -> break
			od;
			look()
		:: else -> skip
		fi;
		k = 0
	}
}

inline give_part(first, count)
{
	d_step {
		busy[(first) / 2] = busy[(first) / 2] & ~(((1 << (count)) - 1) << ((first) % 2));
		k = first;
		do
		:: k < (first) + (count) -> assert(owner[k] == me + 1); owner[k] = 0; k++
		:: else -> break
		od;
		k = 0
	}
}

/* what this release gave back and nobody has taken since is free now at the latest */
inline settle(first, count)
{
	d_step {
		k = first;
		do
		:: k < (first) + (count) ->
			if
			:: owner[k] == 0 -> settled = settled | (1 << k)
			:: else -> skip
			fi;
			k++
		:: else -> break
		od;
		k = 0;
		look()
	}
}

/* step 2 of memo.h: a run of 'length' slots was made */
inline forget(length)
{
	old_watch = watch_version;
	vacant = false;
	do
	:: d_step { old = version; old_least = least; old_sure = sure };
		if
		:: old_least && length >= old_least ->
			atomic {
				if
				:: version == old && least == old_least && sure == old_sure ->
					least = 0; sure = 0; version++; vacant = true; break
				:: else -> skip
				fi
			}
		:: else -> vacant = (old_least == 0); break
		fi
	od;
	if
	:: vacant -> atomic {
			if
			:: watch_version == old_watch -> watch = NONE
			:: else -> skip
			fi
		}
	:: else -> skip
	fi
}

/* the free run around, read word by word as xsw_free_run() does; sets 'length', 0 if retaken */
inline run_around(first, count)
{
	seen = busy[0];
	seen = (~(seen | (busy[1] << 2))) & 15;
	d_step {
		k = first;
		length = 0;
		do
		:: k < 4 && (seen & (1 << k)) -> k++
		:: else -> break
		od;
		if
		:: k < (first) + (count) -> length = 0
		:: else ->
			length = k;
			k = first;
			do
			:: k > 0 && (seen & (1 << (k - 1))) -> k--
			:: else -> break
			od;
			length = length - k
		fi;
		k = 0
	}
}

/* what is not needed any more tells no states apart */
inline tidy()
{
	d_step {
		k = 0; seen = 0; length = 0; old = 0; old_least = 0; old_watch = 0;
		told = 0; told_least = 0; old_sure = 0; vacant = false
	}
}

inline release(first, count)
{
	if
	:: (first) / 2 == ((first) + (count) - 1) / 2 -> give_part(first, count)
	:: else -> give_part(first, 2 - (first) % 2);
		give_part(2, (first) + (count) - 2)
	fi;
	if
	:: watch != NONE ->
		run_around(first, count);
		if
		:: length == 0 -> forget(4)
		:: length >= watch -> forget(length)
		:: else -> skip
		fi
	:: else -> skip
	fi;
	tidy();
	settle(first, count)
}

/* claim n slots from 'at'; sets 'won' */
inline take(at, n)
{
	if
	:: (at) / 2 == ((at) + (n) - 1) / 2 -> take_part(at, n)
	:: else ->
		take_part(at, 2 - (at) % 2);
		if
		:: won ->
			take_part(2, (at) + (n) - 2);
			if
			:: !won ->
				give_part(at, 2 - (at) % 2);
				forget(4);
				settle(at, 2 - (at) % 2)
			:: else -> skip
			fi
		:: else -> skip
		fi
	fi
}

/* read the words, try the first fit, again while somebody was quicker; sets 'won' */
inline search(n)
{
	do
	:: seen = busy[0];
		seen = (~(seen | (busy[1] << 2))) & 15;
		if
		:: !FITS(seen, n) -> won = false; break
		:: else ->
			d_step {
				at = 0;
				do
				:: (seen >> at & ((1 << (n)) - 1)) == (1 << (n)) - 1 -> break
				:: else -> at++
				od
			};
			take(at, n);
			if
			:: won -> break
			:: else -> skip
			fi
		fi
	od
}

inline verdict(n)
{
	do
	:: /* step 1: the memo, then the watch word, then search */
		d_step { old = version; old_least = least; old_sure = sure };
		atomic {
			if
			:: version == old && least == old_least && sure == old_sure ->
				if
				:: least == 0 || n < least -> least = n; sure = 0
				:: n > least && !sure -> version++; least = n
				:: else -> skip
				fi;
				told = version;
				told_least = least
			:: else -> told_least = 0
			fi
		};
		if
		:: told_least == 0 -> skip /* the compare and exchange lost */
		:: else ->
			d_step {
				watch = (n < watch -> n : watch);
				watch_version++
			};
			search(n);
			if
			:: won -> break
			:: else -> skip
			fi;
			if
			:: version != told -> skip
			:: else ->
				d_step {
					if
					:: version == told && least == told_least && told_least == n ->
						sure = 1
					:: else -> skip
					fi
				};
				break
			fi
		fi
	od
}

inline claim(n)
{
	d_step { wanted[me] = n; seen_none[me] = false; look() };
	won = false;
	/* a hint: any place of this CPU's, which may be stale */
	if
	:: at = 4 - n
	:: at = NONE
	fi;
	if
	:: at != NONE -> take(at, n)
	:: else -> skip
	fi;
	if
	:: !won && sure && least && n >= least -> skip
	:: !won && !(sure && least && n >= least) ->
		search(n);
		if
		:: !won -> verdict(n)
		:: else -> skip
		fi
	:: else -> skip
	fi;
	if
	:: !won -> assert(seen_none[me])
	:: else -> skip
	fi;
	tidy();
	d_step { wanted[me] = 0; seen_none[me] = false }
}

#define LOCALS                                                                                     \
	byte k, at, seen, length, old, old_least, old_watch, told, told_least, round;                 \
	bit old_sure;                                                                              \
	bool won, vacant

proctype claimer(byte me; byte n; byte rounds)
{
	LOCALS;

	do
	:: round < rounds ->
		claim(n);
		if
		:: won -> release(at, n)
		:: else -> skip
		fi;
		round++
	:: else -> break
	od;
	finished++
}

#ifdef CLOSER
/* Closing: claim all of it, if it looked idle */
proctype closer(byte me)
{
	LOCALS;

	if
	:: busy[0] == 0 && busy[1] == 0 ->
		take(0, 4);
		if
		:: won -> closed = true
		:: else -> skip
		fi
	:: else -> skip
	fi;
	finished++
}
#endif

init
{
	LOCALS;
	byte me = 0;

	/* two or three slots are in use as it begins, given back by this process at any time */
	atomic {
		busy[0] = 2; busy[1] = 1;
		owner[1] = 1; owner[2] = 1;
		settled = 9;
#ifdef MOST
		busy[0] = 3;
		owner[0] = 1;
		settled = 8;
#endif
		run claimer(1, FIRST, ROUNDS);
#ifdef CLOSER
		run closer(2);
#else
		run claimer(2, SECOND, 1);
#endif
	};
#ifdef MOST
	release(0, 1);
#endif
#ifdef TOGETHER
	release(1, 2);
#else
	give_part(1, 1);
	if
	:: watch != NONE ->
		run_around(1, 1);
		if
		:: length == 0 -> forget(4)
		:: length >= watch -> forget(length)
		:: else -> skip
		fi
	:: else -> skip
	fi;
	tidy();
	settle(1, 1);
	release(2, 1);
#endif
	finished == 2;
	/* alone: all four slots must be there, unless closed */
	if
	:: closed -> assert(busy[0] == 3 && busy[1] == 3)
	:: else ->
		assert(busy[0] == 0 && busy[1] == 0);
		claim(4);
		assert(won)
	fi
}
