"""What the engine says next, and what it makes of every answer that a centre can give."""

import pytest

from gridworker.protocol.sync import BucketInfo, Page, Problem, Pull, Push, vector_of
from gridworker.sync.engine import MOST_DISAGREEMENTS, Engine
from gridworker.sync.upload import MOST_LATE
from tests.helpers.paper_desk import (
    BUCKET,
    EPOCH,
    GRID,
    MORNING,
    OTHER_BUCKET,
    PaperDesk,
    arrived,
    nothing_new,
    standing,
    taken,
)

NEW_EPOCH = "01900000-0000-7000-8000-00000000ffff"


@pytest.fixture
def desk(tmp_path):
    desk = PaperDesk.open(tmp_path / "wang.store")
    yield desk
    desk.store.close()


def push(engine: Engine, desk: PaperDesk) -> Push:
    message = engine.next(desk.clock())
    assert isinstance(message, Push)
    return arrived(message)


def pull(engine: Engine, desk: PaperDesk) -> Pull:
    message = engine.next(desk.clock())
    assert isinstance(message, Pull)
    return message


def numbers(message: Push) -> list[int]:
    return [change["n"] for group in message.groups for change in group.changes]


def ids(message: Push) -> list[str]:
    return [change["id"] for group in message.groups for change in group.changes]


def finish(engine: Engine, desk: PaperDesk, **told) -> None:
    """Whatever is pushed is taken, and nothing new comes."""
    while (message := engine.next(desk.clock())) is not None:
        answer = taken(message, **told) if isinstance(message, Push) else nothing_new(**told)
        engine.heard(answer, desk.clock())


def test_what_waits_is_pushed_then_what_is_new_is_pulled(desk):
    desk.household()
    engine = Engine(desk.store)
    engine.heard(taken(push(engine, desk)), desk.clock())
    assert desk.states() == {"accepted": 1}
    asked = pull(engine, desk)
    assert asked.cursors == {BUCKET: 0}
    engine.heard(nothing_new(last_n=1), desk.clock())
    assert engine.next(desk.clock()) is None
    assert engine.report.ok
    assert engine.report.pushed == 1
    assert "household" in engine.report.kinds


def test_a_quiet_sync_names_all_its_cursors_in_one_word_and_spells_them_when_asked(desk):
    finish(Engine(desk.store), desk)
    engine = Engine(desk.store)
    asked = pull(engine, desk)
    assert asked.cursors == {}
    assert asked.vector == vector_of({BUCKET: 0})
    engine.disagreed(Problem(error="vector"))
    assert pull(engine, desk).cursors == {BUCKET: 0}


def test_what_was_on_its_way_when_the_machine_died_goes_again_unchanged(desk):
    desk.household()
    first = push(Engine(desk.store), desk)
    again = push(Engine(desk.store), desk)
    assert again.groups == first.groups


def test_the_next_push_is_made_ready_while_the_centre_has_the_last_one(desk):
    for _ in range(4):
        desk.household()
    desk.store.set_meta("batch", [2, 10_000, 50])
    engine = Engine(desk.store)
    first = engine.next(desk.clock())
    engine.meanwhile()
    assert desk.states() == {"new": 4}
    ready = first.packed(), engine.upload.ready.packed()
    engine.heard(taken(first), desk.clock())
    second = engine.next(desk.clock())
    assert second.packed() is ready[1]
    assert (numbers(arrived(first)), numbers(arrived(second))) == ([1, 2], [3, 4])
    assert not arrived(second).clock.wall, "nobody knows how long it waited"


def two_pieces(desk: PaperDesk) -> tuple[Engine, Push]:
    """The first of two pushes was answered, the second is what goes next."""
    for _ in range(4):
        desk.household()
    desk.store.set_meta("batch", [2, 10_000, 50])
    engine = Engine(desk.store)
    first = engine.next(desk.clock())
    engine.meanwhile()
    engine.heard(taken(first), desk.clock())
    return engine, first


def test_the_next_push_does_not_wait_until_the_last_answer_is_settled(desk):
    engine, _ = two_pieces(desk)
    second = engine.next(desk.clock())
    assert numbers(arrived(second)) == [3, 4]
    assert desk.states() == {"new": 4}
    assert engine.has_work
    engine.meanwhile()
    assert desk.states() == {"accepted": 2, "new": 2}
    engine.heard(taken(second, last_n=4), desk.clock())
    assert desk.states() == {"accepted": 4}, "behind the last one nothing is ready: it is settled at once"
    assert engine.report.pushed == 4


@pytest.mark.parametrize("came", ["catch_up", "too_slow", "too_big", "disagreed", "heard"])
def test_whatever_comes_next_what_was_answered_is_settled(desk, came):
    engine, _ = two_pieces(desk)
    second = engine.next(desk.clock())
    if came == "disagreed":
        engine.disagreed(Problem(error="vector"))
    elif came == "heard":
        engine.heard(taken(second, last_n=4), desk.clock())
    else:
        getattr(engine, came)()
    assert desk.states()["accepted"] == (4 if came == "heard" else 2)


def test_a_person_who_gets_another_post_between_two_pushes_hands_in_anew_what_was_ready(desk):
    engine, _ = two_pieces(desk)
    ready = engine.upload.ready
    desk.store.set_metas({"scope": 2, "account_scope": 2})
    second = engine.next(desk.clock())
    assert second is not ready
    assert (arrived(second).scope, numbers(arrived(second))) == (2, [3, 4])
    assert desk.states() == {"accepted": 2, "new": 2}


@pytest.mark.parametrize("came", ["too_slow", "too_big", "disagreed"])
def test_what_was_made_ready_is_made_anew_when_the_last_push_was_not_answered(desk, came):
    for _ in range(6):
        desk.household()
    desk.store.set_meta("batch", [2, 10_000, 50])
    engine = Engine(desk.store)
    first = push(engine, desk)
    engine.meanwhile()
    if came == "disagreed":
        engine.disagreed(Problem(error="gap", want=1))
    else:
        getattr(engine, came)()
    assert numbers(push(engine, desk))[0] == numbers(first)[0] == 1


def test_what_was_made_ready_waits_behind_what_the_centre_left_out(desk):
    for _ in range(4):
        desk.household()
    desk.store.set_meta("batch", [2, 10_000, 50])
    engine = Engine(desk.store)
    first = arrived(engine.next(desk.clock()))
    engine.meanwhile()
    engine.heard(taken(first.model_copy(update={"groups": first.groups[:1]})), desk.clock())
    assert numbers(push(engine, desk))[0] == 2


def test_a_desk_packs_as_its_centre_has_said_that_it_reads(desk):
    for _ in range(40):
        desk.household()
    desk.store.set_meta("batch", [20, 100_000, 50])
    engine = Engine(desk.store)
    first = engine.next(desk.clock())
    assert first.reads == []
    engine.heard(taken(first).model_copy(update={"reads": ["bzip2"]}), desk.clock())
    assert engine.next(desk.clock()).reads == ["bzip2"]
    assert "reads" not in first.plain()


def test_whoever_saves_without_pause_does_not_keep_the_desk_from_looking_what_is_new(desk):
    desk.household()
    engine = Engine(desk.store)
    pushes = 0
    while isinstance(message := engine.next(desk.clock()), Push):
        pushes += 1
        desk.household()
        engine.heard(taken(message), desk.clock())
    assert pushes == 1 + MOST_LATE
    assert desk.states()["new"] == 1, "the next sync takes it"


def test_a_group_is_never_split_and_a_big_outbox_goes_in_pieces(desk):
    for _ in range(5):
        desk.household()
    desk.store.set_meta("batch", [2, 10_000, 50])
    engine = Engine(desk.store)
    sizes = []
    while isinstance(message := engine.next(desk.clock()), Push):
        sizes.append(len(arrived(message).groups))
        engine.heard(taken(message), desk.clock())
    assert sizes[0] == 2
    assert sum(sizes) == 5
    assert sizes[1] > 2, "it grew, the line being quick"


def test_too_big_is_halved_and_a_single_group_that_is_too_big_comes_back_to_the_person(desk):
    desk.household()
    desk.household()
    engine = Engine(desk.store)
    while len(push(engine, desk).groups) > 1:
        engine.too_big()
    while desk.states().get("attention", 0) == 0:
        engine.too_big()
    [row] = desk.store.outbox_rows(["attention"])
    assert row.code == "too_big"
    assert row.reason
    rest = push(engine, desk)
    engine.disagreed(Problem(error="gap", want=1))
    assert numbers(push(engine, desk)) == [1], "the next one takes the number that was never used"
    assert ids(rest) == [row.id for row in desk.store.outbox_rows(["new"])]


def test_a_slow_line_gets_smaller_pieces_and_is_given_up_after_three(desk):
    desk.household()
    engine = Engine(desk.store)
    assert engine.too_slow()
    assert engine.too_slow()
    assert not engine.too_slow()
    before = desk.store.meta("batch")
    assert before[1] < 256 * 1024, "the next sync begins small"


def test_what_the_centre_holds_is_not_offered_again_in_the_same_sync_but_in_the_next(desk):
    desk.household()
    engine = Engine(desk.store)
    engine.heard(taken(push(engine, desk), verdict="held"), desk.clock())
    assert isinstance(engine.next(desk.clock()), Pull)
    assert engine.report.held == 1
    assert len(push(Engine(desk.store), desk).groups) == 1


@pytest.mark.parametrize("verdict", ["refused", "quarantined"])
def test_what_is_refused_is_put_aside_with_its_reason_and_the_rest_goes_on(desk, verdict):
    household = desk.household()
    engine = Engine(desk.store)
    engine.heard(taken(push(engine, desk), verdict=verdict), desk.clock())
    finish(engine, desk, last_n=1)
    assert engine.report.refused == 1
    assert engine.report.ok
    [row] = desk.store.outbox_rows()
    assert (row.state, row.record, row.reason) == ("attention", household, "请核对。")


def all_durable(desk, *names):
    """These households are at the centre, and in its backup; what went up, and the engine of the next sync, which has
    just asked what is new."""
    for name in names:
        desk.household(name)
    engine = Engine(desk.store)
    first = push(engine, desk)
    engine.heard(taken(first, durable_n=len(names)), desk.clock())
    finish(engine, desk, last_n=len(names), durable_n=len(names))
    assert desk.states() == {}
    engine = Engine(desk.store)
    pull(engine, desk)
    return first, engine


def test_a_restored_centre_gets_again_what_was_in_no_backup_with_the_same_ids(desk):
    for name in ("陈建国", "王秀英", "汪晓燕"):
        desk.household(name)
    engine = Engine(desk.store)
    first = push(engine, desk)
    engine.heard(taken(first, durable_n=1), desk.clock())
    finish(engine, desk, last_n=3, durable_n=1)
    assert desk.states() == {"accepted": 2}

    engine = Engine(desk.store)
    assert pull(engine, desk).epoch == EPOCH
    engine.disagreed(Problem(error="epoch", kept=(1, 1), standing=standing(epoch=NEW_EPOCH, last_n=1, durable_n=1)))
    again = push(engine, desk)
    assert again.epoch == NEW_EPOCH
    assert numbers(again) == [2, 3]
    assert ids(again) == ids(first)[1:]
    engine.heard(taken(again, epoch=NEW_EPOCH), desk.clock())
    assert pull(engine, desk).cursors == {}
    [bucket] = desk.store.buckets()
    assert bucket.naming, "the bucket is read again from its start"


def test_a_centre_restored_from_before_the_life_of_this_store_gets_back_what_former_lives_made_too(desk):
    first, engine = all_durable(desk, "陈建国", "王秀英", "汪晓燕")
    engine.disagreed(Problem(error="fork", standing=standing(last_n=9, durable_n=3)))  # a copy begins a life of its own
    desk.household("吴家伟")
    second = push(engine, desk)
    engine.heard(taken(second, incarnation=2, durable_n=1), desk.clock())
    finish(engine, desk, incarnation=2, last_n=1, durable_n=1)
    assert desk.states() == {}
    engine = Engine(desk.store)
    pull(engine, desk)
    # The backup is of the first life, when the second of its changes had come in.
    engine.disagreed(Problem(error="epoch", kept=(1, 2), standing=standing(epoch=NEW_EPOCH, last_n=2, durable_n=2)))
    again = push(engine, desk)
    assert (again.incarnation, numbers(again)) == (2, [1, 2])
    assert ids(again) == [ids(first)[2], *ids(second)]


def test_a_centre_restored_from_an_older_backup_gets_back_what_was_durable_once(desk):
    first, engine = all_durable(desk, "陈建国", "王秀英", "汪晓燕")
    engine.disagreed(Problem(error="epoch", kept=(1, 1), standing=standing(epoch=NEW_EPOCH, last_n=1, durable_n=1)))
    again = push(engine, desk)
    assert numbers(again) == [2, 3]
    assert ids(again) == ids(first)[1:]


def test_numbers_that_a_copy_gave_after_the_restore_are_not_taken_for_those_that_were_lost(desk):
    first, engine = all_durable(desk, "陈建国", "王秀英", "汪晓燕")
    # The other copy has handed in up to 9 since the restore, and a new backup covers that.
    said = standing(epoch=NEW_EPOCH, last_n=9, durable_n=9)
    engine.disagreed(Problem(error="epoch", kept=(1, 1), standing=said))
    again = push(engine, desk)
    assert numbers(again) == [10, 11]
    assert ids(again) == ids(first)[1:]


def test_a_store_of_an_earlier_life_gives_again_what_was_durable_before_the_restore(desk):
    first, engine = all_durable(desk, "陈建国", "王秀英")
    engine.disagreed(Problem(error="epoch", kept=(1, 1), standing=standing(epoch=NEW_EPOCH, incarnation=2, last_n=4)))
    assert ids(push(engine, desk)) == ids(first)[1:]


def test_what_a_restored_centre_holds_back_is_handed_in_again_though_a_later_backup_had_it(desk):
    desk.household()
    engine = Engine(desk.store)
    engine.heard(taken(push(engine, desk), durable_n=1), desk.clock())
    engine = Engine(desk.store)
    pull(engine, desk)
    engine.disagreed(Problem(error="epoch", standing=standing(epoch=NEW_EPOCH, last_n=1, durable_n=0)))
    assert numbers(push(engine, desk)) == [2]


def test_a_reading_from_the_start_goes_on_where_it_was_whatever_the_floor(desk):
    engine = Engine(desk.store)
    pull(engine, desk)
    page = Page(bucket=BUCKET, to=4, more=True, reset=True, floor=9)
    engine.heard(nothing_new([page], more=True), desk.clock())
    engine = Engine(desk.store)
    assert pull(engine, desk).floors == {BUCKET: 9}
    engine.heard(nothing_new([Page(bucket=BUCKET, to=12, more=False)]), desk.clock())
    engine.next(desk.clock())
    assert pull(Engine(desk.store), desk).floors == {}


def test_a_centre_restored_to_before_this_life_of_the_store_is_told_from_the_start(desk):
    desk.household()
    desk.store.renumber(1, 4)
    engine = Engine(desk.store)
    push(engine, desk)
    engine.disagreed(Problem(error="epoch", standing=standing(epoch=NEW_EPOCH, incarnation=2, last_n=9)))
    again = push(engine, desk)
    assert (again.incarnation, numbers(again)) == (4, [1])


@pytest.mark.parametrize("error", ["fork", "gap"])
def test_a_restored_store_begins_a_new_life_and_loses_nothing(desk, error):
    desk.household()
    engine = Engine(desk.store)
    first = push(engine, desk)
    engine.disagreed(Problem(error=error, standing=standing(incarnation=2, last_n=40)))
    again = push(engine, desk)
    assert again.incarnation == 3
    assert numbers(again) == [1]
    assert ids(again) == ids(first)


def test_a_restored_store_with_nothing_to_send_notices_by_the_centres_numbers(desk):
    engine = Engine(desk.store)
    pull(engine, desk)
    engine.heard(nothing_new(last_n=7), desk.clock())
    asked = pull(engine, desk)
    assert asked.incarnation == 2
    finish(engine, desk, incarnation=2)
    assert engine.report.ok


def test_a_gap_is_closed_from_where_the_centre_wants_it(desk):
    for _ in range(3):
        desk.household()
    finish(Engine(desk.store), desk, last_n=3)
    desk.household()
    engine = Engine(desk.store)
    assert numbers(push(engine, desk)) == [4]
    engine.disagreed(Problem(error="gap", want=2))
    again = push(engine, desk)
    assert numbers(again) == [2, 3, 4, 5]
    assert len(set(ids(again))) == 4


def test_two_sides_that_turn_in_a_circle_are_a_bug_and_loud(desk):
    desk.household()
    engine = Engine(desk.store)
    fork = Problem(error="fork", standing=standing(incarnation=9))
    for _ in range(MOST_DISAGREEMENTS):
        push(engine, desk)
        engine.disagreed(fork)
    with pytest.raises(RuntimeError):
        engine.disagreed(fork)


def test_new_buckets_come_and_are_shown_when_they_are_whole(desk):
    engine = Engine(desk.store)
    pull(engine, desk)
    info = BucketInfo(id=OTHER_BUCKET, bucket_class="grid", region="01900000-0000-7000-8000-00000000b0b0")
    page = Page(bucket=OTHER_BUCKET, to=3, more=True, reset=True)
    engine.heard(nothing_new([page], add=[info], scope=2, more=True), desk.clock())
    assert pull(engine, desk).cursors == {BUCKET: 0, OTHER_BUCKET: 3}
    assert desk.store.meta("scope") == 1, "the scope counts when all of it is here"
    engine.heard(nothing_new([Page(bucket=OTHER_BUCKET, to=5, more=False, hash="0" * 32)], scope=2), desk.clock())
    assert engine.next(desk.clock()) is None
    assert {bucket.state for bucket in desk.store.buckets()} == {"live"}
    assert desk.store.meta("scope") == 2


def test_a_bucket_that_left_the_scope_before_anything_of_it_came_goes_too(desk):
    desk.store.add_bucket(BucketInfo(id=OTHER_BUCKET, bucket_class="grid", region=GRID))
    engine = Engine(desk.store)
    pull(engine, desk)
    engine.heard(nothing_new(), desk.clock())
    assert engine.next(desk.clock()) is None
    assert [bucket.id for bucket in desk.store.buckets()] == [BUCKET]


def test_a_bucket_that_left_the_scope_goes_when_nothing_of_it_waits(desk):
    engine = Engine(desk.store)
    pull(engine, desk)
    engine.heard(nothing_new(drop=[BUCKET], scope=2), desk.clock())
    desk.household()
    assert engine.next(desk.clock()) is None
    assert (engine.report.dropped, engine.report.kept_back) == (0, 1)
    assert desk.store.meta("vector") == "", "the centre remembers no cursor of it"
    assert desk.store.meta("scope") == 1, "what waits goes under the scope in which it was made"

    engine = Engine(desk.store)
    asked = push(engine, desk)
    assert asked.scope == 1
    engine.heard(taken(asked), desk.clock())
    pull(engine, desk)
    engine.heard(nothing_new(drop=[BUCKET], scope=2, last_n=1), desk.clock())
    assert engine.next(desk.clock()) is None
    assert engine.report.dropped == 1
    assert desk.store.buckets() == []
    assert desk.store.meta("scope") == 2


def test_a_bucket_that_does_not_add_up_is_read_again_once(desk, logged):
    logged.expect("does not add up")
    engine = Engine(desk.store)
    pull(engine, desk)
    engine.heard(nothing_new([Page(bucket=BUCKET, to=4, more=False, hash="1" * 32)]), desk.clock())
    assert pull(engine, desk).cursors == {}, "not named: it is given from its start, also when it is empty there"
    assert desk.store.buckets()[0].naming
    here = [BucketInfo(id=BUCKET, bucket_class="grid", region=GRID)]
    page = Page(bucket=BUCKET, to=4, more=False, reset=True, hash="1" * 32)
    engine.heard(nothing_new([page], add=here), desk.clock())
    assert engine.next(desk.clock()) is None, "not for ever in one sync"
    assert desk.store.buckets()[0].state == "stale", "the next sync tries once more"


def test_the_centres_time_is_learnt_from_its_answers(desk):
    for late in (60_000, 3_600_000, 61_000):
        engine = Engine(desk.store)
        asked = desk.clock()
        engine.next(asked)
        heard = desk.clock()
        engine.heard(nothing_new(now=(asked.wall + heard.wall) // 2 + late), heard)
    assert desk.store.meta("clock_offset") == 61_000, "one slow answer does not move it"
    household = desk.household()
    assert desk.store.get("household", household).writer("").at == MORNING + 61_000


def test_a_centre_that_answers_nothing_or_promises_for_ever_is_a_bug_and_loud(desk):
    desk.household()
    engine = Engine(desk.store)
    message = push(engine, desk)
    empty = taken(message).model_copy(update={"results": []})
    with pytest.raises(RuntimeError):
        engine.heard(empty, desk.clock())
    engine.heard(taken(message), desk.clock())
    pull(engine, desk)
    with pytest.raises(RuntimeError):
        engine.heard(nothing_new(more=True, last_n=1), desk.clock())


def test_without_a_backup_at_the_centre_nothing_is_durable(desk):
    household = desk.household()
    finish(Engine(desk.store), desk, backup=False, durable_n=1)
    assert desk.store.state_of("household", household) == "accepted"
    finish(Engine(desk.store), desk, last_n=1, durable_n=1)
    assert desk.store.state_of("household", household) == "durable"
