"""What the consultant's shop sells: ten kinds of appliance with eight features each, as data.

The kinds are those of the published marketplace, and so are the price ranges of televisions and coffee makers (where two ranges met, they are made disjoint);
the other ranges and all features are ours. A feature is written as an option has it and as one lacks it.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["APPLIANCES", "Appliance"]


class Appliance(NamedTuple):
    """One kind: its noun with article, price ranges in dollars (high, middle, low; both ends included), features as (has it, lacks it)."""

    noun: str
    prices: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    features: tuple[tuple[str, str], ...]


def _features(text: str) -> tuple[tuple[str, str], ...]:
    """Read ``"has it / lacks it; ..."``."""
    pairs = [pair.partition(" / ") for pair in text.split("; ")]
    return tuple((good, bad) for good, _, bad in pairs)


APPLIANCES: dict[str, Appliance] = {
    "television": Appliance(
        "a television",
        ((1800, 1900), (1400, 1600), (900, 1100)),
        _features(
            "8K resolution / 4K resolution; a matt screen / a glossy screen; voice control / no voice control; four HDMI inputs / two HDMI inputs; a "
            "refresh rate of 120 hertz / a refresh rate of 60 hertz; a wall mount / no wall mount; built-in recording / no recording; Dolby sound / "
            "stereo sound"
        ),
    ),
    "laptop": Appliance(
        "a laptop",
        ((1700, 1900), (1200, 1400), (700, 900)),
        _features(
            "32 GB of memory / 8 GB of memory; a touch screen / no touch screen; a lit keyboard / an unlit keyboard; a fingerprint reader / no "
            "fingerprint reader; a battery for 15 hours / a battery for 6 hours; an SD card slot / no SD card slot; a metal case / a plastic case; a "
            "fanless design / a fan"
        ),
    ),
    "phone": Appliance(
        "a phone",
        ((900, 1000), (600, 700), (300, 400)),
        _features(
            "wireless charging / charging by cable only; a headphone socket / no headphone socket; two SIM cards / one SIM card; a telephoto lens / no "
            "telephoto lens; 256 GB of storage / 64 GB of storage; protection against water / no protection against water; a removable battery / a fixed "
            "battery; updates for seven years / updates for two years"
        ),
    ),
    "fridge": Appliance(
        "a fridge",
        ((1500, 1700), (1000, 1200), (600, 800)),
        _features(
            "an ice maker / no ice maker; a zone at 0 degrees / one temperature zone; an automatic defrost / a manual defrost; a door that opens either "
            "way / a door that opens one way; a water dispenser / no water dispenser; a noise below 35 decibels / a noise of 42 decibels; a holiday mode "
            "/ no holiday mode; an alarm for the open door / no alarm"
        ),
    ),
    "washing_machine": Appliance(
        "a washing machine",
        ((1100, 1300), (750, 900), (400, 550)),
        _features(
            "a steam programme / no steam programme; automatic dosing / dosing by hand; a load of 10 kilograms / a load of 6 kilograms; a delayed start / "
            "no delayed start; a quick programme of 15 minutes / a shortest programme of 60 minutes; a lit drum / an unlit drum; a child lock / no child "
            "lock; full protection against leaks / no protection against leaks"
        ),
    ),
    "microwave": Appliance(
        "a microwave oven",
        ((300, 360), (190, 240), (90, 130)),
        _features(
            "a grill / no grill; a convection oven / no convection oven; an inverter / no inverter; a ceramic interior / a painted interior; a sensor for "
            "the weight / no sensor; a turntable of 32 centimetres / a turntable of 24 centimetres; a child lock / no child lock; a mute function / no "
            "mute function"
        ),
    ),
    "dishwasher": Appliance(
        "a dishwasher",
        ((1100, 1250), (750, 900), (450, 550)),
        _features(
            "a cutlery drawer / a cutlery basket; a half-load programme / full loads only; a third spray arm / two spray arms; a door that opens to dry / "
            "drying by heat; a noise of 40 decibels / a noise of 49 decibels; a glass programme / no glass programme; a delayed start / no delayed start; "
            "an adjustable upper rack / a fixed upper rack"
        ),
    ),
    "air_conditioner": Appliance(
        "an air conditioner",
        ((800, 950), (550, 650), (300, 400)),
        _features(
            "a heating mode / cooling only; a quiet night mode / no night mode; control by phone / control by remote only; a dehumidifier / no "
            "dehumidifier; a washable filter / a filter to replace; a timer / no timer; a window kit / no window kit; self-cleaning / cleaning by hand"
        ),
    ),
    "vacuum": Appliance(
        "a vacuum cleaner",
        ((500, 600), (320, 400), (150, 220)),
        _features(
            "a HEPA filter / a simple filter; a brush for animal hair / no brush for animal hair; operation without a bag / operation with a bag; a "
            "second battery / one battery; a mop attachment / no mop attachment; a lit head / an unlit head; a noise below 65 decibels / a noise of 78 "
            "decibels; a wall holder / no wall holder"
        ),
    ),
    "coffee_maker": Appliance(
        "a coffee maker",
        ((351, 400), (301, 350), (250, 300)),
        _features(
            "a milk frother / no milk frother; a grinder / no grinder; a timer / no timer; two cups at once / one cup at a time; a thermos jug / a glass "
            "jug; automatic descaling / descaling by hand; an adjustable strength / one strength; a water filter / no water filter"
        ),
    ),
}
"""By name."""
