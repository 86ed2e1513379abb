"""What compiled code does with plain memory: words at addresses, and functions at addresses. For Numba only.

Only imported where the fast plane is asked for: then everything is compiled, or read from the cache of an earlier
start, before the media process reports ready.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_WORD: Final = ir.IntType(64)
_HERE: Final = Path(__file__).resolve().parent


def _has_cache() -> bool:
    """Have a folder on disk for code compiled from these very sources.

    Numba looks at the file of a function only, while the places of words come from others: with a change of `rows`
    alone it would take the old code. So the folder's name is the digest of the whole package.
    """
    digest = hashlib.sha256()
    for source in sorted(_HERE.glob("*.py")):
        digest.update(source.read_bytes())
    for base in (_HERE / "__pycache__", Path.home() / ".cache" / "holdspace"):
        folder = base / f"compiled-{digest.hexdigest()[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".writable"
            probe.touch()
        except OSError:
            continue
        numba.config.CACHE_DIR = str(folder)
        return True
    return False


_CACHE: Final = _has_cache()


def _pointer(builder: Any, address: Any, kind: Any) -> Any:
    return builder.inttoptr(address, kind.as_pointer())


def _loading(kind: Any, result: Any) -> Callable[..., Any]:
    def load(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            value = builder.load(_pointer(builder, args[0], kind))
            return builder.zext(value, _WORD) if kind in (ir.IntType(8), ir.IntType(32)) else value

        return result(types.int64), code

    return load


def _storing(kind: Any, stored: Any) -> Callable[..., Any]:
    def store(typing: Any, address: Any, value: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            value = builder.trunc(args[1], kind) if kind in (ir.IntType(8), ir.IntType(32)) else args[1]
            builder.store(value, _pointer(builder, args[0], kind))
            return context.get_dummy_value()

        return types.void(types.int64, stored), code

    return store


load: Final = intrinsic(_loading(_WORD, types.int64))
load_real: Final = intrinsic(_loading(ir.DoubleType(), types.float64))
load_half: Final = intrinsic(_loading(ir.IntType(32), types.int64))  # 32 bits, not negative
load_byte: Final = intrinsic(_loading(ir.IntType(8), types.int64))
store: Final = intrinsic(_storing(_WORD, types.int64))
store_real: Final = intrinsic(_storing(ir.DoubleType(), types.float64))
store_half: Final = intrinsic(_storing(ir.IntType(32), types.int64))
store_byte: Final = intrinsic(_storing(ir.IntType(8), types.int64))


@intrinsic  # type: ignore[untyped-decorator]
def copy(typing: Any, target: Any, source: Any, length: Any) -> Any:
    """memcpy."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        form = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()] * 2 + [_WORD, ir.IntType(1)])
        function = builder.module.declare_intrinsic(
            "llvm.memcpy", [ir.IntType(8).as_pointer(), ir.IntType(8).as_pointer(), _WORD], form
        )
        target, source = (_pointer(builder, one, ir.IntType(8)) for one in args[:2])
        builder.call(function, [target, source, args[2], ir.Constant(ir.IntType(1), 0)])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), code


@intrinsic  # type: ignore[untyped-decorator]
def call(typing: Any, function: Any, one: Any, two: Any, three: Any, four: Any, five: Any) -> Any:
    """A C function of up to five words that returns an int, by its address: so compiled code can be kept on disk."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        form = ir.FunctionType(ir.IntType(32), [_WORD] * 5).as_pointer()
        return builder.sext(builder.call(builder.inttoptr(args[0], form), args[1:]), _WORD)

    return types.int64(*[types.int64] * 6), code


def compiled(function: Callable[..., Any]) -> Any:
    """For calls from compiled code; compiled at once with what calls it, or taken from the cache on disk."""
    return numba.njit(nogil=True, cache=_CACHE)(function)


def entry_point(function: Callable[[int], int]) -> Any:
    """A C function of the address of a job; its `address` is what an interpreter calls."""
    return numba.cfunc(types.int64(types.int64), nopython=True, cache=_CACHE)(function)
