// mainspring.hpp - mainspring.h for C++17: loops that destroy themselves, lambdas, durations, and exceptions instead of status codes.
//
// An exception that leaves a callback does not go through the library: it becomes an unhandled error (see loop::on_error); and so does one that leaves
// the error handler, together with what it was told.
#ifndef MAINSPRING_HPP
#define MAINSPRING_HPP

#include "mainspring.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace mainspring {

using std::chrono::nanoseconds;

/// A call that failed: what() is ms_last_error().
class error : public std::runtime_error {
public:
    explicit error(int status) : std::runtime_error(ms_last_error()), status_(status) {}
    int status() const noexcept { return status_; }

private:
    int status_;
};

/// Throws when a result says that the call failed.
template <class Result>
Result checked(Result result)
{
    if (result < 0)
        throw error(static_cast<int>(result));
    return result;
}

/// Something that was scheduled. A number: copies are cheap, and it may outlive what it stands for.
class handle {
public:
    handle() = default;
    explicit handle(ms_handle *number) noexcept : number_(number) {}
    bool cancel() const { return number_ && checked(ms_cancel(number_)) != 0; }
    bool is_pending() const { return number_ && checked(ms_is_pending(number_)) != 0; }
    void watch_for(std::uint32_t events) const { checked(ms_watch_for(number_, events)); }
    ms_handle *get() const noexcept { return number_; }

private:
    ms_handle *number_ = nullptr;
};

/// Cancels what it stands for when it goes out of scope.
class scoped_handle {
public:
    scoped_handle() = default;
    scoped_handle(handle owned) noexcept : owned_(owned) {}
    scoped_handle(scoped_handle &&other) noexcept : owned_(std::exchange(other.owned_, {})) {}
    scoped_handle &operator=(scoped_handle &&other) noexcept
    {
        if (this != &other) {
            reset();
            owned_ = std::exchange(other.owned_, {});
        }
        return *this;
    }
    ~scoped_handle() { reset(); }

    void reset() noexcept
    {
        if (owned_.get())
            ms_cancel(std::exchange(owned_, {}).get()); // refused when the loop has gone: then there is nothing to cancel
    }
    const handle &get() const noexcept { return owned_; }

private:
    handle owned_;
};

/// What a job's step returns.
class next {
public:
    static next frame() { return next(MS_JOB_NEXT_FRAME); }
    static next fixed_step() { return next(MS_JOB_FIXED_STEP); }
    static next done() { return next(MS_JOB_DONE); }
    static next after(nanoseconds delay) { return delay.count() > 0 ? next(delay.count()) : frame(); }
    std::int64_t value() const noexcept { return value_; }

private:
    explicit next(std::int64_t value) : value_(value) {}
    std::int64_t value_;
};

/// A loop. Destroys it, and all that is scheduled on it, in its destructor; on its own thread, like all but post and stop.
class loop {
public:
    loop() { checked(ms_loop_create(nullptr, &loop_)); }
    explicit loop(const ms_options &options) { checked(ms_loop_create(&options, &loop_)); }
    loop(loop &&other) noexcept : loop_(std::exchange(other.loop_, nullptr)) {}
    loop &operator=(loop &&other) noexcept
    {
        std::swap(loop_, other.loop_);
        return *this;
    }
    ~loop()
    {
        if (loop_)
            ms_loop_destroy(loop_);
    }

    ms_loop *get() const noexcept { return loop_; }

    void run() { checked(ms_run(loop_, 0)); }
    void run_until_idle() { checked(ms_run(loop_, MS_RUN_UNTIL_IDLE)); }
    void stop() { checked(ms_stop(loop_)); }
    void bind() { checked(ms_loop_bind(loop_)); }
    void report(const char *what, const char *message) { checked(ms_report(loop_, what, message)); }
    ms_tick_result tick(nanoseconds max_wait = nanoseconds::zero()) { return static_cast<ms_tick_result>(checked(ms_tick(loop_, max_wait.count()))); }
    ms_tick_result tick_frame(nanoseconds delta, nanoseconds deadline) { return static_cast<ms_tick_result>(checked(ms_tick_frame(loop_, delta.count(), deadline.count()))); }
    int descriptor() const { return checked(ms_descriptor(loop_)); }
    nanoseconds now() const { return nanoseconds(checked(ms_now(loop_))); }
    nanoseconds budget_remaining() const { return nanoseconds(checked(ms_budget_remaining(loop_))); }

    /// On CLOCK_MONOTONIC; nothing when nothing is scheduled.
    std::optional<nanoseconds> deadline() const
    {
        std::int64_t ns = checked(ms_deadline(loop_));
        return ns == MS_NEVER ? std::nullopt : std::optional<nanoseconds>(ns);
    }

    /// callback()
    template <class F>
    handle call_soon(F &&callback, ms_priority priority = MS_PRIORITY_NORMAL)
    {
        return schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_call_soon(loop_, priority, call<std::decay_t<F>>, data, destroy, out);
        });
    }

    template <class F>
    handle call_after(nanoseconds delay, F &&callback)
    {
        return schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_call_after(loop_, delay.count(), call<std::decay_t<F>>, data, destroy, out);
        });
    }

    template <class F>
    handle call_at(nanoseconds when, F &&callback)
    {
        return schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_call_at(loop_, when.count(), call<std::decay_t<F>>, data, destroy, out);
        });
    }

    template <class F>
    handle call_every(nanoseconds period, F &&callback)
    {
        return schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_call_every(loop_, period.count(), call<std::decay_t<F>>, data, destroy, out);
        });
    }

    /// callback(); from any thread.
    template <class F>
    void post(F &&callback)
    {
        schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **) {
            return ms_post(loop_, call<std::decay_t<F>>, data, destroy);
        });
    }

    /// callback(uint32_t ready)
    template <class F>
    handle watch(int descriptor, std::uint32_t events, F &&callback)
    {
        return schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_watch(loop_, descriptor, events, call_ready<std::decay_t<F>>, data, destroy, out);
        });
    }

    /// callback(const ms_frame &)
    template <class F>
    handle on_frame(ms_phase phase, F &&callback, double per_second = 0)
    {
        return schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_on_frame(loop_, phase, per_second, call_frame<std::decay_t<F>>, data, destroy, out);
        });
    }

    /// bool step(): whether there is more to do
    template <class F>
    handle call_in_background(F &&step, nanoseconds max_delay = nanoseconds(MS_NEVER))
    {
        return schedule(std::forward<F>(step), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_call_in_background(loop_, max_delay.count(), call_step<std::decay_t<F>>, data, destroy, out);
        });
    }

    /// next step()
    template <class F>
    handle start_job(ms_phase phase, const char *name, F &&step)
    {
        return schedule(std::forward<F>(step), [&](auto *data, auto destroy, ms_handle **out) {
            return ms_start_job(loop_, phase, name, call_job<std::decay_t<F>>, data, destroy, out);
        });
    }

    /// bool callback(const char *what, const char *message): whether that settles the matter
    template <class F>
    void on_error(F &&callback)
    {
        schedule(std::forward<F>(callback), [&](auto *data, auto destroy, ms_handle **) {
            return ms_on_error(loop_, call_error<std::decay_t<F>>, data, destroy);
        });
    }

private:
    ms_loop *loop_ = nullptr;

    // The callable lives until the loop says that it will not be called again.
    template <class F, class Schedule>
    static handle schedule(F &&callable, Schedule &&with)
    {
        using Callable = std::decay_t<F>;
        auto owned = std::make_unique<Callable>(std::forward<F>(callable));
        ms_handle *number = nullptr;
        checked(with(owned.get(), +[](void *data) { delete static_cast<Callable *>(data); }, &number));
        owned.release();
        return handle(number);
    }

    // The border: what is thrown becomes an unhandled error.
    template <class Result, class Body>
    static Result guarded(ms_loop *loop, const char *what, Result otherwise, Body &&body) noexcept
    {
        try {
            return body();
        } catch (const std::exception &thrown) {
            tell(loop, what, thrown.what());
        } catch (...) {
            tell(loop, what, "an exception that is no std::exception");
        }
        return otherwise;
    }

    static void tell(ms_loop *loop, const char *what, const char *message) noexcept
    {
        if (ms_report(loop, what, message) < 0) // the callback has destroyed the loop
            std::fprintf(stderr, "mainspring: %s: %s\n", what, message);
    }

    template <class F>
    static void call(ms_loop *loop, void *data)
    {
        guarded(loop, "callback", 0, [&] { return (*static_cast<F *>(data))(), 0; });
    }

    template <class F>
    static void call_ready(ms_loop *loop, int, std::uint32_t ready, void *data)
    {
        guarded(loop, "watch", 0, [&] { return (*static_cast<F *>(data))(ready), 0; });
    }

    template <class F>
    static void call_frame(ms_loop *loop, const ms_frame *frame, void *data)
    {
        guarded(loop, "frame callback", 0, [&] { return (*static_cast<F *>(data))(*frame), 0; });
    }

    template <class F>
    static int call_step(ms_loop *loop, void *data)
    {
        return guarded(loop, "background work", 0, [&]() -> int { return (*static_cast<F *>(data))() ? 1 : 0; });
    }

    template <class F>
    static std::int64_t call_job(ms_loop *loop, void *data)
    {
        return guarded(loop, "job", static_cast<std::int64_t>(MS_JOB_DONE), [&] { return (*static_cast<F *>(data))().value(); });
    }

    template <class F>
    static int call_error(ms_loop *loop, const char *what, const char *message, void *data)
    {
        return guarded(loop, "error callback", 0, [&]() -> int { return (*static_cast<F *>(data))(what, message) ? 1 : 0; });
    }
};

} // namespace mainspring

#endif
