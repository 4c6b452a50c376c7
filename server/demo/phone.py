"""What every form filled on a phone has alike: when it was opened and finished, the device, points as phones write them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Told:
    """The frame of one form filled on a phone: when it was opened, how long it took, by which device."""

    start: datetime
    minutes: int
    device: str
    instance_id: str

    @property
    def end(self) -> datetime:
        """When it was finished."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def day(self) -> str:
        """The day on the phone."""
        return self.start.date().isoformat()

    def frame(self) -> dict[str, str]:
        """Answers of the metadata questions that every shipped form begins with."""
        return {
            "start": moment(self.start),
            "end": moment(self.end),
            "today": self.day,
            "deviceid": self.device,
        }


@dataclass(frozen=True, slots=True)
class Listed:
    """An entity's row in the list on the phone."""

    uuid: str
    version: int
    label: str
    data: dict[str, str]


def moment(when: datetime) -> str:
    """A dateTime as phones write it: milliseconds and offset."""
    return when.isoformat(timespec="milliseconds")


def point(at: tuple[float, float], rng: Random) -> str:
    """A geopoint as phones write it: latitude, longitude, altitude and accuracy in metres."""
    return f"{round(at[0], 7)} {round(at[1], 7)} {rng.uniform(15, 180):.1f} {rng.uniform(3, 11):.1f}"
