int command_sizes(int c,char**v);int command_sizes(int c,char**v){(void)c;(void)v;return 0;}
