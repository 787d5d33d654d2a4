// echo_write_libuv CONNECTIONS ROUNDS: as echo_libuv, by requests that tell when the bytes are written (uv_write), as libuv's own examples do.
#define BY_REQUEST
#include "echo_libuv.c"
