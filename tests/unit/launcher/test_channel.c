/* SPDX-License-Identifier: BSD-3-Clause */
/* channel, wire and loop: frames arrive whole and in order, or not at all. */
#include "launcher/channel.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/suite.h"

/* Two ends in one process; what end b receives is kept as text. */
struct pair {
    struct loop loop;
    struct channel a;
    struct channel b;
    struct strbuf got;      /* "type:text " for each frame */
    int wanted_frames;      /* stop the loop after so many */
    bool is_closed;
    char why[100];
};

static struct pair p;

static void keep_frame(struct channel *c, uint32_t type,
                       struct wire_reader *body)
{
    size_t bytes;
    const char *data = wire_get_bytes(body, &bytes);
    strbuf_printf(&p.got, "%u:%.*s ", (unsigned)type,
                  bytes > 20 ? 20 : (int)bytes, data);
    ck_assert(!body->is_bad);
    if (--p.wanted_frames == 0)
        loop_stop(&p.loop);
}

static void keep_reason(struct channel *c, const char *why)
{
    p.is_closed = true;
    snprintf(p.why, sizeof p.why, "%s", why ? why : "");
    loop_stop(&p.loop);
}

static void setup(void)
{
    int ab[2], ba[2];
    ck_assert_int_eq(pipe2(ab, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(ba, O_CLOEXEC), 0);
    p = (struct pair){ 0 };
    strbuf_init(&p.got);
    loop_init(&p.loop);
    p.a.on_frame = p.b.on_frame = keep_frame;
    p.a.on_closed = p.b.on_closed = keep_reason;
    channel_open(&p.a, &p.loop, ba[0], ab[1]);
    channel_open(&p.b, &p.loop, ab[0], ba[1]);
}

static void teardown(void)
{
    channel_close(&p.a);
    channel_close(&p.b);
    loop_fini(&p.loop);
    strbuf_fini(&p.got);
}

static void run(int frames)
{
    p.wanted_frames = frames;
    p.loop.is_stopped = false;
    loop_run(&p.loop);
}

static void send_text(uint32_t type, const char *text)
{
    struct strbuf body;
    strbuf_init(&body);
    wire_put_bytes(&body, text, strlen(text));
    channel_send(&p.a, (enum frame_type)type, &body);
    strbuf_fini(&body);
}

START_TEST(frames_keep_their_order)
{
    send_text(1, "one");
    send_text(2, "");
    send_text(3, "three");
    run(3);
    ck_assert_str_eq(p.got.text, "1:one 2: 3:three ");
}
END_TEST

START_TEST(a_frame_longer_than_the_pipe_arrives_whole)
{
    struct strbuf body;
    static char data[3 << 20];
    memset(data, 'x', sizeof data);
    strbuf_init(&body);
    wire_put_bytes(&body, data, sizeof data);
    channel_send(&p.a, FRAME_OUTPUT, &body);
    strbuf_fini(&body);
    ck_assert_uint_gt(channel_unsent_bytes(&p.a), 0);
    send_text(9, "behind");
    run(2);
    ck_assert_str_eq(p.got.text, "5:xxxxxxxxxxxxxxxxxxxx 9:behind ");
    ck_assert_uint_eq(channel_unsent_bytes(&p.a), 0);
}
END_TEST

START_TEST(what_comes_before_the_magic_is_skipped)
{
    static const char noise[] = "Welcome to node7\n<baton\n";
    p.b.must_find_magic = true;
    ck_assert_int_eq(write(p.a.out.fd, noise, strlen(noise)),
                     (ssize_t)strlen(noise));
    channel_send_magic(&p.a);
    send_text(1, "hello");
    run(1);
    ck_assert_str_eq(p.got.text, "1:hello ");
}
END_TEST

START_TEST(the_end_of_the_peer_is_told_once_its_frames_are_read)
{
    send_text(1, "last words");
    channel_close(&p.a);
    run(0);
    ck_assert_str_eq(p.got.text, "1:last words ");
    ck_assert(p.is_closed);
    ck_assert_str_eq(p.why, "");
}
END_TEST

START_TEST(garbage_closes_the_channel)
{
    static const char text[] = "this is not a frame at all";
    ck_assert_int_eq(write(p.a.out.fd, text, sizeof text),
                     (ssize_t)sizeof text);
    run(0);
    ck_assert(p.is_closed);
    ck_assert_ptr_nonnull(strstr(p.why, "something else than frames"));
}
END_TEST

START_TEST(half_a_frame_is_none)
{
    struct strbuf bytes;
    struct wire_reader body;
    size_t offset = 0;
    uint32_t type;
    bool is_garbage = false;
    struct frame_header header = { .type = 7, .body_bytes = 4 };
    strbuf_init(&bytes);
    strbuf_add(&bytes, &header, sizeof header);
    strbuf_add(&bytes, "abc", 3);
    ck_assert(!channel_next_frame(&bytes, &offset, &type, &body,
                                  &is_garbage));
    ck_assert_uint_eq(offset, 0);
    strbuf_add(&bytes, "d", 1);
    ck_assert(channel_next_frame(&bytes, &offset, &type, &body, &is_garbage));
    ck_assert_uint_eq(type, 7);
    ck_assert_uint_eq(offset, sizeof header + 4);
    strbuf_fini(&bytes);
}
END_TEST

START_TEST(a_short_body_reads_as_bad_and_empty)
{
    static const char data[] = { 9, 0, 0, 0, 'x' };
    struct wire_reader r = { .at = data, .end = data + sizeof data };
    ck_assert_str_eq(wire_get_text(&r), "");
    ck_assert(r.is_bad);
    ck_assert_uint_eq(wire_get_u32(&r), 0);
}
END_TEST

static int fired[3], fired_count;
static struct timer timers[3];

static void fire(struct timer *t)
{
    fired[fired_count++] = (int)(t - timers);
    if (fired_count == 2)
        loop_stop(&p.loop);
}

START_TEST(timers_fire_in_order_and_not_when_stopped)
{
    static const int delays[] = { 30, 1, 15 };
    for (int i = 0; i < 3; i++) {
        timer_init(&timers[i], fire);
        loop_start_timer(&p.loop, &timers[i], delays[i]);
    }
    loop_stop_timer(&timers[2]);
    loop_run(&p.loop);
    ck_assert_int_eq(fired[0], 1);
    ck_assert_int_eq(fired[1], 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("channel");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, frames_keep_their_order);
    tcase_add_test(t, a_frame_longer_than_the_pipe_arrives_whole);
    tcase_add_test(t, what_comes_before_the_magic_is_skipped);
    tcase_add_test(t, the_end_of_the_peer_is_told_once_its_frames_are_read);
    tcase_add_test(t, garbage_closes_the_channel);
    tcase_add_test(t, half_a_frame_is_none);
    tcase_add_test(t, a_short_body_reads_as_bad_and_empty);
    tcase_add_test(t, timers_fire_in_order_and_not_when_stopped);
    return suite_run("channel", t);
}
