int command_verdict(int c,char**v);int command_verdict(int c,char**v){(void)c;(void)v;return 0;}
