"""A QR code read back from its modules, with the tables of the package qrcode and nothing of the encoder's.

Faults are not mended: a module that is wrong gives other words.
"""

from qrcode import QRCode
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import mask_func

BYTE_MODE = 4


def words_of(matrix, *, mask: int) -> str:
    """Return the text of a square of level M in byte mode, UTF-8."""
    version = (len(matrix) - 17) // 4
    bits = _bits(_deinterleaved(_codewords(matrix, version, mask), version))
    mode, rest = int(bits[:4], 2), bits[4:]
    assert mode == BYTE_MODE
    width = 8 if version < 10 else 16
    length = int(rest[:width], 2)
    data = rest[width : width + 8 * length]
    return bytes(int(data[n : n + 8], 2) for n in range(0, len(data), 8)).decode()


def _codewords(matrix, version: int, mask: int) -> list[int]:
    """Go through the data modules two columns at a time from the right, up and down in turn (ISO 18004, 7.7.3)."""
    taken = _function_patterns(version, mask)
    flips = mask_func(mask)
    size = len(matrix)
    columns = [*range(size - 1, 6, -2), *range(5, 0, -2)]  # column 6 is the timing pattern
    bits = ""
    for number, right in enumerate(columns):
        rows = range(size) if number % 2 else range(size - 1, -1, -1)
        for row in rows:
            for column in (right, right - 1):
                if taken[row][column] is None:
                    bits += str(int(bool(matrix[row][column]) != flips(row, column)))
    return [int(bits[n : n + 8], 2) for n in range(0, len(bits) - 7, 8)]


def _function_patterns(version: int, mask: int) -> list[list]:
    """Return the square with its fixed modules and its format filled in, and nothing where data go."""
    code = QRCode(version=version, error_correction=ERROR_CORRECT_M, border=0)
    code.modules_count = size = version * 4 + 17
    code.modules = [[None] * size for _ in range(size)]
    for corner in ((0, 0), (size - 7, 0), (0, size - 7)):
        code.setup_position_probe_pattern(*corner)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(False, mask)
    if version >= 7:
        code.setup_type_number(False)
    return code.modules


def format_is_right(matrix, *, mask: int) -> bool:
    """Say whether every fixed module is as it has to be, with level M, the mask and the version written in it."""
    fixed = _function_patterns((len(matrix) - 17) // 4, mask)
    pairs = (pair for row, expected in zip(matrix, fixed, strict=True) for pair in zip(row, expected, strict=True))
    return all(bool(module) == wanted for module, wanted in pairs if wanted is not None)


def _deinterleaved(codewords: list[int], version: int) -> list[int]:
    sizes = [block.data_count for block in rs_blocks(version, ERROR_CORRECT_M)]
    blocks = [[] for _ in sizes]
    remaining = iter(codewords)
    for position in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if position < size:
                block.append(next(remaining))
    return [word for block in blocks for word in block]


def _bits(codewords: list[int]) -> str:
    return "".join(f"{word:08b}" for word in codewords)
