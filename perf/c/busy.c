// busy: keeps the machine's last processor busy until it is killed, or whoever started it ends.
#include "measure.h"
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    cpu_set_t last;
    CPU_ZERO(&last);
    CPU_SET((int)sysconf(_SC_NPROCESSORS_ONLN) - 1, &last);
    check(sched_setaffinity(0, sizeof last, &last) == 0, "sched_setaffinity");
    result("busy", 1);
    for (volatile long turns = 0;; turns++)
        ;
}
