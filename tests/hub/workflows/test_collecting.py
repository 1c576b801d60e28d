import gc

import pytest

from hub.workflows.collecting import without_collecting


def test_the_search_goes_on_when_the_last_block_is_left_whatever_happened():
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), without_collecting():
        with without_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled()
        _ = 1 / 0
    assert gc.isenabled()


def test_who_put_it_off_before_finds_it_put_off():
    gc.disable()
    try:
        with without_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
