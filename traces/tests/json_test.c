// SPDX-License-Identifier: GPL-2.0-only
/* JSON of names that are any bytes, and of numbers that are none. */
#include <math.h>
#include <stdio.h>

#include "show/json.h"
#include "say.h"

void say_flush(void)
{
}

int main(void)
{
	char bytes[256];
	int i;

	for (i = 0; i < 255; i++)
		bytes[i] = i + 1;
	bytes[255] = '\0';
	json_begin("test");
	json_text("bytes", bytes);
	json_text("good", "Gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
	json_text("overlong", "\xc0\xaf\xe0\x80\xaf");
	json_text("surrogate", "\xed\xa0\x80");
	json_text("cut", "\xe2\x82");
	json_text("terminal", "\x1b[31m\x7f\xc2\x9b");
	json_number("nan", NAN);
	json_number("minus_nan", -NAN);
	json_number("infinite", INFINITY);
	json_number("half", 0.5);
	json_end();
	return 0;
}
