"""Moving pictures: frames of one figure as GIF or MP4, whole or not at all.

What lives here: drawing the moving artists over what stands still, and writing the file. What does not: what
is seen in a frame (``animate``).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ecopark.errors import DomainError

_HOLD_SECONDS = 2.0
_SAMPLES = 8


@dataclass(frozen=True)
class Frames:
    """Frames of a figure.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Its moving artists are animated: they are left out where the figure is drawn as a whole.
    count : int
    show : callable
        Frame number -> the moving artists with their axes, lowest first, moved to that frame.
    over : callable
        Frame number -> a key, and the artists above all others. They are drawn again only where the key is
        another than in the frame before: text is dear, and most of it stands still most of the time.
    """

    figure: Figure
    count: int
    show: Callable[[int], Iterable[tuple[Axes, Any]]]
    over: Callable[[int], tuple[Hashable, Sequence[tuple[Axes, Any]]]]

    def draw(self, numbers: Iterable[int]) -> Iterator[Image.Image]:
        """Picture of each of some frames: what stands still is drawn once and copied."""
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        ground = canvas.copy_from_bbox(self.figure.bbox)
        renderer = canvas.get_renderer()
        sheet, known = self._picture(canvas), None
        for number in numbers:
            key, artists = self.over(number)
            if key != known:
                renderer.clear()
                for axes, artist in artists:
                    axes.draw_artist(artist)
                sheet, known = self._picture(canvas), key
            canvas.restore_region(ground)
            for axes, artist in self.show(number):
                axes.draw_artist(artist)
            yield Image.alpha_composite(self._picture(canvas), sheet).convert("RGB")

    @staticmethod
    def _picture(canvas: FigureCanvasAgg) -> Image.Image:
        """What is on the canvas, with even sides as video wants them."""
        pixels = np.asarray(canvas.buffer_rgba())
        # A copy: the canvas writes the next frame into the same memory.
        return Image.fromarray(pixels[: len(pixels) // 2 * 2, : pixels.shape[1] // 2 * 2].copy())


def check_movie(path: Path | str) -> None:
    """See that a moving picture can be written, before anything is drawn.

    Parameters
    ----------
    path : path-like
        Where it shall go.

    Raises
    ------
    DomainError
        If the ending is neither ``.gif`` nor ``.mp4``, the folder is missing, or ffmpeg is.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in (".gif", ".mp4"):
        raise DomainError(f"{target}: moving pictures end in .gif or .mp4, found {ending or 'no ending'!r}")
    if not target.resolve().parent.is_dir():
        raise DomainError(f"{target}: there is no folder {target.resolve().parent}; make it first")
    if ending == ".mp4" and shutil.which("ffmpeg") is None:
        raise DomainError(
            f"{target}: MP4 needs the program ffmpeg, which is not installed; save as .gif instead"
        )


def write_movie(frames: Frames, path: Path | str, fps: int) -> Path:
    """Write frames one after the other, the last one held for two seconds.

    Parameters
    ----------
    frames : Frames
    path : path-like
        Ends in ``.gif`` or ``.mp4``.
    fps : int
        Frames a second.

    Returns
    -------
    pathlib.Path
        The file; it appears under its name only when it is whole.

    Raises
    ------
    DomainError
        If it cannot be written.
    """
    check_movie(path)
    target = Path(path)
    write = _write_gif if target.suffix.lower() == ".gif" else _write_mp4
    try:
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=target.resolve().parent) as place:
            draft = Path(place) / f"movie{target.suffix.lower()}"
            write(frames, draft, fps)
            draft.replace(target)
    except OSError as failure:
        raise DomainError(f"cannot write {target}: {failure.strerror or failure}") from failure
    return target


def _write_gif(frames: Frames, path: Path, fps: int) -> None:
    """One palette for all frames, taken from some of them spread over time."""
    numbers = sorted({round(at) for at in np.linspace(0, frames.count - 1, _SAMPLES)})
    samples = [np.asarray(picture) for picture in frames.draw(numbers)]
    palette = Image.fromarray(np.concatenate(samples)).quantize(256, method=Image.Quantize.MAXCOVERAGE)
    # Coverage keeps rare colours true; near whites among the 256 would leave the paper grey.
    colours = np.array(palette.getpalette()).reshape(-1, 3)
    colours[(colours >= 244).all(axis=1)] = 255
    palette.putpalette(colours.ravel().tolist())
    pictures = (
        picture.quantize(palette=palette, dither=Image.Dither.NONE)
        for picture in frames.draw(range(frames.count))
    )
    # Hundredths of a second are all that the format knows.
    step = 10 * round(100 / fps)
    times = [step] * (frames.count - 1) + [int(1000 * _HOLD_SECONDS)]
    first = next(pictures)
    first.save(path, save_all=True, append_images=pictures, duration=times, loop=0, optimize=False)


def _write_mp4(frames: Frames, path: Path, fps: int) -> None:
    """Frames through a pipe to ffmpeg."""
    pictures = frames.draw(range(frames.count))
    first = next(pictures)
    size = f"{first.width}x{first.height}"
    command = [
        "ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size,
        "-r", str(fps), "-i", "-", "-an", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "20", "-movflags",
        "+faststart", str(path),
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said) as program:
            pipe = program.stdin
            if pipe is None:
                raise DomainError("ffmpeg gave no way in; save as .gif instead")
            try:
                last = first.tobytes()
                pipe.write(last)
                for picture in pictures:
                    last = picture.tobytes()
                    pipe.write(last)
                for _ in range(int(_HOLD_SECONDS * fps)):
                    pipe.write(last)
            except BrokenPipeError:
                # ffmpeg has given up; what it said is told below.
                pass
        if program.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip().splitlines()
            raise DomainError(
                f"ffmpeg failed: {words[-1] if words else 'no reason given'}; save as .gif instead"
            )
