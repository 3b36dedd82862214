# SPDX-License-Identifier: Apache-2.0
"""`groundstation mission survey` and `split`: from an area to plans, of one vehicle or of several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundstation.app.survey_work import Flight, Wanted
    from groundstation.fleet.identity import VehicleKey
    from groundstation.fleet.plans.fleet_plan import FleetPlan
    from groundstation.fleet.plans.plan_check import Finding
    from groundstation.fleet.plans.survey.coverage import Coverage

HELD = 3
"""Exit code where something holds it."""
MOST_VEHICLES = 64
EXIT_CODES_HELP = (
    "Exit codes: 0 done; 1 can't be read, flown or written; 2 wrong usage; 3 held, and nothing is written."
)
Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="AREA_FILE", help="KML, GeoJSON, a fence, or a .plan with a survey in it.", show_default=False
    ),
]
Pick = Annotated[str | None, typer.Option(help="Which area, line or survey of the file, by number or name.")]
CameraName = Annotated[str | None, typer.Option("--camera", help="By name, or a part of it; 'list' tells them all.")]
FootprintText = Annotated[
    str | None, typer.Option("--footprint", metavar="AxB", help="The ground in a picture, metres across and along.")
]
Height = Annotated[float | None, typer.Option(help="Metres.")]
Gsd = Annotated[float | None, typer.Option(help="Ground sampling distance wanted, cm a pixel, instead of a height.")]
Above = Annotated[str | None, typer.Option(help="What the height is above: home, ground or sea.")]
OverGround = Annotated[float | None, typer.Option(help="Metres above the ground, where --above is sea.")]
SideOverlap = Annotated[float | None, typer.Option(help="Of neighbouring lines, per cent.")]
FrontOverlap = Annotated[float | None, typer.Option(help="Of pictures of a line, per cent.")]
Spacing = Annotated[float | None, typer.Option(help="Metres between lines, instead of an overlap.")]
TriggerName = Annotated[str | None, typer.Option("--trigger", help="distance, interval, hover or none.")]
Apart = Annotated[float | None, typer.Option(help="Metres between pictures, instead of an overlap.")]
Hover = Annotated[float | None, typer.Option(help="Seconds of standing still before a picture.")]
InTurnarounds = Annotated[bool | None, typer.Option("--in-turnarounds/--lines-only", help="Where pictures are taken.")]
Speed = Annotated[float | None, typer.Option(help="Metres a second.")]
Angle = Annotated[float | None, typer.Option(help="Course of the lines, degrees; without, that with the fewest turns.")]
Crosshatch = Annotated[bool | None, typer.Option("--crosshatch/--once", help="Once more, across.")]
EveryOther = Annotated[bool | None, typer.Option("--every-other/--in-turn", help="For what turns wide.")]
Turnaround = Annotated[float | None, typer.Option(help="Metres it flies on at the end of a line.")]
EntryCorner = Annotated[
    str | None, typer.Option("--entry", help="Corner, seen along the lines: bottom-left and so on.")
]
Corridor = Annotated[float | None, typer.Option(metavar="WIDTH", help="Along a line of the file, so many metres wide.")]
KeepOut = Annotated[Path | None, typer.Option(metavar="FILE", help="Areas not to be flown over, or a fence.")]
Margin = Annotated[float | None, typer.Option(help="Metres to stay away from those.")]
Firmware = Annotated[str, typer.Option("--autopilot", help="ardupilot or px4; as the file says without.")]
Kind = Annotated[str, typer.Option("--kind", help="multicopter, helicopter, plane or vtol; as the file says without.")]
Endurance = Annotated[float | None, typer.Option(help="Seconds that a battery lasts, a reserve left out.")]
End = Annotated[str, typer.Option(help="How a flight ends: return, land or none.")]
Yes = Annotated[bool, typer.Option("--yes", help="Write over files that are there.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line: the whole, then each flight.")]


def survey(
    area_file: Source = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help=".plan, .fleet or .waypoints; without, it tells."),
    ] = None,
    start: Annotated[str, typer.Option(metavar="LAT,LON", help="Where it takes off; as the file says without.")] = "",
    pick: Pick = None,
    camera: CameraName = None,
    footprint: FootprintText = None,
    height: Height = None,
    gsd: Gsd = None,
    above: Above = None,
    over_ground: OverGround = None,
    side_overlap: SideOverlap = None,
    front_overlap: FrontOverlap = None,
    spacing: Spacing = None,
    trigger: TriggerName = None,
    apart: Apart = None,
    hover: Hover = None,
    in_turnarounds: InTurnarounds = None,
    speed: Speed = None,
    angle: Angle = None,
    crosshatch: Crosshatch = None,
    every_other: EveryOther = None,
    turnaround: Turnaround = None,
    entry: EntryCorner = None,
    corridor: Corridor = None,
    keep_out: KeepOut = None,
    margin: Margin = None,
    autopilot: Firmware = "",
    kind: Kind = "",
    endurance: Endurance = None,
    end: End = "return",
    yes: Yes = False,
    json_lines: Json = False,
) -> None:
    """Lay lines over an area, or along a line, and write them as a plan of one vehicle."""
    wanted = _wanted(locals())
    _list_cameras(wanted)
    _run(area_file, wanted, [""], (), [start] if start else [], "time", end, output, yes=yes, is_json=json_lines)


def split(
    area_file: Source = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Where the plans go; without, it tells.")
    ] = None,
    vehicles: Annotated[int | None, typer.Option(help="Among so many.", min=1, max=MOST_VEHICLES)] = None,
    to: Annotated[str, typer.Option(metavar="IDS", help="Among these: uav-1,sim/uav-2.")] = "",
    starts: Annotated[
        list[str] | None,
        typer.Option(metavar="LAT,LON", help="Where each takes off, or all; several in one word or given again."),
    ] = None,
    by: Annotated[
        str, typer.Option(help="What is made even: time, area; or endurance, flights as batteries last.")
    ] = "time",
    pick: Pick = None,
    camera: CameraName = None,
    footprint: FootprintText = None,
    height: Height = None,
    gsd: Gsd = None,
    above: Above = None,
    over_ground: OverGround = None,
    side_overlap: SideOverlap = None,
    front_overlap: FrontOverlap = None,
    spacing: Spacing = None,
    trigger: TriggerName = None,
    apart: Apart = None,
    hover: Hover = None,
    in_turnarounds: InTurnarounds = None,
    speed: Speed = None,
    angle: Angle = None,
    crosshatch: Crosshatch = None,
    every_other: EveryOther = None,
    turnaround: Turnaround = None,
    entry: EntryCorner = None,
    corridor: Corridor = None,
    keep_out: KeepOut = None,
    margin: Margin = None,
    autopilot: Firmware = "",
    kind: Kind = "",
    endurance: Endurance = None,
    end: End = "return",
    yes: Yes = False,
    json_lines: Json = False,
) -> None:
    """Share an area among vehicles: a .plan for each, and all of them in one .fleet."""
    from groundstation.app.survey_work import keys_of

    wanted = _wanted(locals())
    _list_cameras(wanted)
    if (vehicles is None) == (not to):
        raise UsageError("say among whom: --vehicles N, or --to with ids")
    keys = keys_of(to) if to else ()
    ids = [key.id for key in keys] or [str(number) for number in range(1, (vehicles or 0) + 1)]
    _run(area_file, wanted, ids, keys, starts or [], by, end, output, yes=yes, is_json=json_lines)


# ---- what they are made of ----


def _wanted(said: dict[str, Any]) -> Wanted:
    from groundstation.app.survey_work import Wanted

    return Wanted(**{name: said[name] for name in Wanted.__struct_fields__})


def _list_cameras(wanted: Wanted) -> None:
    """End with the list of cameras, where that was asked for."""
    from groundstation.fleet.plans.survey.camera import CAMERAS

    if wanted.camera != "list":
        return
    width = max(len(one.name) for one in CAMERAS)
    for one in CAMERAS:
        sensor = f"{one.sensor_width_mm:5.2f} x {one.sensor_height_mm:5.2f} mm"
        picture = f"{one.image_width_px} x {one.image_height_px} px"
        typer.echo(
            f"{one.name:{width}}  {sensor}  {picture:14}  lens {one.focal_mm:4.1f} mm  {one.least_interval_s:g} s"
        )
    raise typer.Exit


def _run(
    area_file: Path | None,
    wanted: Wanted,
    ids: Sequence[str],
    keys: Sequence[VehicleKey],
    starts: Sequence[str],
    by: str,
    end: str,
    output: Path | None,
    *,
    yes: bool,
    is_json: bool,
) -> None:
    from groundstation.app import survey_work as work
    from groundstation.app.survey_table import findings_in
    from groundstation.fleet.plans.survey.survey_items import Ending
    from groundstation.fleet.plans.survey.survey_task import By

    if area_file is None:
        raise UsageError("say of which file: groundstation mission survey AREA_FILE, or split AREA_FILE")
    source = work.source_of(area_file, wanted)
    flyers = work.flyers_of(source, wanted, ids, work.starts_of(starts, "--starts" if len(ids) > 1 else "--start"))
    share_by, ending = By(by), {one.value: one for one in Ending}.get(end)
    if share_by is By.UNKNOWN:
        raise UsageError(f"--by '{by[:40]}': there are time, area, endurance")
    if ending is None:
        raise UsageError(f"--end '{end[:40]}': there are {', '.join(one.value for one in Ending)}")
    coverage, flights = work.flights_of(source, flyers, share_by, ending)
    is_held = any(finding.holds for _, finding in findings_in(coverage, flights))
    files = [""] * len(flights)
    if output is not None and not is_held:
        is_single = list(ids) == [""]
        write = _write_one if is_single else _write_all
        fleet = work.fleet_of(flights, keys, coverage, share_by)
        files = write(flights, fleet, output, area_file.stem, may_replace=yes)
    _tell(coverage, flights, files, list(work.meetings_of(flights, source)), is_json=is_json)
    if is_held:
        if output is not None and not is_json:
            typer.echo("nothing is written", err=True)
        raise typer.Exit(HELD)


def _write_one(flights: Sequence[Flight], fleet: FleetPlan, path: Path, stem: str, *, may_replace: bool) -> list[str]:
    """The plan of one vehicle; its name says what kind of file."""
    from groundstation.app.plan_work import write_file, write_fleet_file
    from groundstation.fleet.plans.files.fleet_file import SUFFIX
    from groundstation.fleet.plans.files.plan_formats import lost_in

    del flights, stem
    plan = fleet.parts[0].plan
    if path.suffix.lower() == SUFFIX:
        _refuse_to_replace([path], may_replace=may_replace)
        write_fleet_file(fleet, 0, path)
    else:
        for lost in lost_in(path.suffix, plan):
            typer.echo(f"lost in {path.suffix}: {lost}", err=True)
        write_file(plan, path, may_replace=may_replace)
    return [str(path)]


def _write_all(flights: Sequence[Flight], fleet: FleetPlan, folder: Path, stem: str, *, may_replace: bool) -> list[str]:
    """A `.plan` for each flight, and all in a `.fleet`."""
    from groundstation.app.plan_work import write_fleet_file, write_parts
    from groundstation.fleet.plans.files.fleet_file import SUFFIX, part_names

    paths = [folder / f"{name}.plan" for name in part_names(fleet, stem)]
    whole = folder / f"{stem}{SUFFIX}"
    _refuse_to_replace([*paths, whole], may_replace=may_replace)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GroundStationError(f"{folder} can't be made ({error.strerror or error}); take another -o") from error
    write_parts(fleet, folder, stem, may_replace=may_replace)
    write_fleet_file(fleet, 0, whole)
    waiting = iter(paths)
    return ["" if flight.plan is None else str(next(waiting)) for flight in flights]


def _refuse_to_replace(paths: Sequence[Path], *, may_replace: bool) -> None:
    """Look before anything is written, so that either all of it is or nothing.

    Raises:
        UsageError: a file is there.
    """
    there = next((path for path in paths if path.exists()), None)
    if there is not None and not may_replace:
        raise UsageError(f"{there} is there already; say --yes to write over it, or take another name")


def _tell(
    coverage: Coverage,
    flights: Sequence[Flight],
    files: Sequence[str],
    meetings: Sequence[tuple[str, Finding]],
    *,
    is_json: bool,
) -> None:
    import msgspec

    from groundstation.app import survey_table as table
    from groundstation.fleet.plans.survey.qgc_survey import lost_in_qgc

    if is_json:
        typer.echo(msgspec.json.encode(table.told_coverage(coverage)).decode())
        for flight, file in zip(flights, files, strict=True):
            met = [finding for who, finding in meetings if who == flight.share.flyer.id and flight.share.sortie == 1]
            typer.echo(msgspec.json.encode(table.told_flight(flight, file, met)).decode())
        return
    for line in (*table.head_of(coverage), *table.table_of(flights, files)):
        typer.echo(line)
    for who, finding in table.findings_in(coverage, flights):
        typer.echo(f"{'HOLDS  ' if finding.holds else 'advice '} {f'{who}: ' if who else ''}{finding.said}")
    for who, finding in meetings:
        typer.echo(f"advice  {who}: {finding.said}, where all start in one moment")
    lost = lost_in_qgc(coverage.task)
    if any(files) and lost:
        typer.echo(f"note: QGroundControl flies it as it is; edited there, it loses {', '.join(lost)}")


def add_to(app: typer.Typer) -> None:
    """Put these commands under `mission`."""
    app.command(epilog=EXIT_CODES_HELP)(survey)
    app.command(epilog=EXIT_CODES_HELP)(split)
