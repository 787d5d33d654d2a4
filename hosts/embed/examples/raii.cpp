// The loop in C++: lambdas that own what they need, durations, exceptions on both sides of the border, and nothing to free by hand.
#include <mainspring.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace std::chrono_literals;

namespace {

int failures = 0;

void check(bool condition, const char *claim)
{
    std::printf("  %s %s\n", condition ? "yes:" : "NO: ", claim);
    failures += condition ? 0 : 1;
}

void runs_what_it_is_given()
{
    mainspring::loop loop;
    auto shared = std::make_shared<std::string>();
    loop.call_soon([shared] { *shared += "soon "; });
    loop.call_after(2ms, [shared] { *shared += "after "; });
    loop.post([owned = std::make_unique<int>(7), shared] { *shared += "post" + std::to_string(*owned) + " "; });
    std::thread([&loop, shared] { loop.post([shared] { *shared += "thread "; }); }).join();
    loop.start_job(MS_PHASE_UPDATE, "count", [shared, step = 0]() mutable {
        *shared += "job ";
        return ++step < 3 ? mainspring::next::after(1ms) : mainspring::next::done();
    });
    loop.run_until_idle();
    check(shared.use_count() == 1, "lambdas are destroyed when they will not run again");
    check(shared->find("soon") == 0 && shared->find("post7") != std::string::npos && shared->find("thread") != std::string::npos
              && shared->find("after") != std::string::npos,
          "callbacks, timers and posts have run");
    check(loop.deadline() == std::nullopt, "and nothing is left");
}

void is_destroyed_with_all_that_is_scheduled()
{
    auto shared = std::make_shared<int>(0);
    {
        mainspring::loop loop;
        loop.call_every(1h, [shared] {});
        loop.call_soon([shared] {});
        mainspring::loop moved = std::move(loop);
        check(shared.use_count() == 3, "a loop may be moved");
    }
    check(shared.use_count() == 1, "a loop that goes out of scope gives everything back");
}

void cancels_by_scope()
{
    mainspring::loop loop;
    int ran = 0;
    {
        mainspring::scoped_handle timer = loop.call_after(1ms, [&ran] { ran++; });
        check(timer.get().is_pending(), "a handle knows that its timer is pending");
    }
    loop.run_until_idle();
    check(ran == 0, "a scoped handle cancels its timer");
}

void turns_errors_into_exceptions_and_back()
{
    mainspring::loop loop;
    int status = 0;
    try {
        loop.on_frame(MS_PHASE_UPDATE, [](const ms_frame &) {});
    } catch (const mainspring::error &refused) {
        status = refused.status();
        std::printf("  refused: %s\n", refused.what());
    }
    check(status == MS_E_STATE, "a call that is refused throws");

    std::vector<std::string> errors;
    loop.on_error([&errors](const char *what, const char *message) {
        errors.push_back(std::string(what) + ": " + message);
        return true;
    });
    int ran = 0;
    loop.call_soon([] { throw std::runtime_error("it broke"); });
    loop.call_soon([&ran] { ran++; });
    loop.start_job(MS_PHASE_UPDATE, "patrol", []() -> mainspring::next { throw 42; });
    loop.run_until_idle();
    check(errors.size() == 2 && errors[0] == "callback: it broke", "an exception in a callback reaches the error handler");
    check(ran == 1, "and the loop goes on");

    loop.on_error([&ran](const char *, const char *) -> bool { throw std::runtime_error("and so did its handler, as it has to (" + std::to_string(++ran) + ")"); });
    loop.report("patrol", "it broke");
    loop.call_soon([&loop] {
        loop = mainspring::loop();
        throw std::runtime_error("it broke, as it has to, without a loop");
    });
    loop.run_until_idle();
    check(ran == 2, "a handler that throws is asked once, and nothing comes through the library");
}

void watches_descriptors()
{
    mainspring::loop loop;
    int pipe[2];
    char byte = 0;
    if (::pipe(pipe) != 0)
        return check(false, "a pipe");
    mainspring::scoped_handle reader = loop.watch(pipe[0], MS_READABLE, [&](std::uint32_t) {
        check(::read(pipe[0], &byte, 1) == 1, "what was written can be read");
        loop.stop();
    });
    loop.call_after(1ms, [&] { check(::write(pipe[1], "x", 1) == 1, "a byte is written"); });
    loop.run();
    reader.reset();
    ::close(pipe[0]);
    ::close(pipe[1]);
    check(byte == 'x', "a lambda watches a descriptor");
}

} // namespace

int main()
{
    try {
        runs_what_it_is_given();
        is_destroyed_with_all_that_is_scheduled();
        cancels_by_scope();
        turns_errors_into_exceptions_and_back();
        watches_descriptors();
    } catch (const std::exception &thrown) {
        std::fprintf(stderr, "raii: %s\n", thrown.what());
        return 1;
    }
    return failures > 0;
}
