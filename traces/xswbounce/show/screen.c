// SPDX-License-Identifier: GPL-2.0-only
/* Tables: redrawn in place on a terminal, with keys; plain lines anywhere else. */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "say.h"
#include "show/screen.h"

static bool terminal, paused, first;
static struct termios cooked;

bool screen_open(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &cooked))
		return false;
	raw = cooked;
	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	terminal = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	return terminal;
}

void screen_close(void)
{
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
}

void screen_begin(bool timestamp)
{
	char text[32];
	time_t now = time(NULL);

	first = true;
	if (terminal)
		fputs("\033[H\033[J", stdout);
	if (timestamp) {
		strftime(text, sizeof(text), "%H:%M:%S", localtime(&now));
		screen_line("%s", text);
	}
}

void screen_line(const char *format, ...)
{
	va_list args;

	if (!first)
		putchar('\n');
	first = false;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

void screen_add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

void screen_end(void)
{
	puts(terminal ? "" : "\n");
	say_flush();
}

char screen_key(void)
{
	char key;

	if (!terminal || read(STDIN_FILENO, &key, 1) != 1)
		return 0;
	if (key == ' ')
		paused = !paused;
	return key;
}

bool screen_paused(void)
{
	return paused;
}
