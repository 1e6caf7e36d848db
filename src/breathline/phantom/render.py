"""Inner loops that draw slices: tubes first, then every voxel from what lies there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breathline.phantom.compiled import FloatArray, Grid, compiled, sample_grid
from breathline.phantom.look import Look
from breathline.phantom.tree import horizontal, oblique

# channels of the anatomy grid
BODY, MUSCLE, CAVITY, BLOOD, SOLID, STOMACH, GAS, BONE, CARTILAGE, RIGHT, LEFT = range(11)
# channels of the disease grid
HONEY, CONSOLIDATED, NET, HAZE, EMPHYSEMA = range(5)

LabelPlane = NDArray[np.uint8]


class Frame(NamedTuple):
    """Where the pixels lie [mm], and over what width an edge is drawn."""

    x0: float
    y0: float
    pixel: float
    edge: float


class Scene(NamedTuple):
    """All that decides a voxel, for the inner loops."""

    posture: Grid
    anatomy: Grid
    disease: Grid
    level: FloatArray
    border: FloatArray
    texture: FloatArray
    jitter: FloatArray
    progressed: float
    baseline: float
    gravity: float
    couch: float
    look: Look


class Tubes(NamedTuple):
    """How much of each voxel vessels, airway walls and airway lumen take: (plane, row, column)."""

    vessel: FloatArray
    wall: FloatArray
    lumen: FloatArray


@compiled
def ramp(distance: float, edge: float) -> float:
    """Share of a voxel that lies inside a surface."""
    return min(max(0.5 - distance / edge, 0.0), 1.0)


@compiled
def _away(row: FloatArray, x: float, y: float, z: float) -> tuple[float, float]:
    """Distance from the axis of a tube, and its radius there."""
    ax, ay, az = row[3] - row[0], row[4] - row[1], row[5] - row[2]
    px, py, pz = x - row[0], y - row[1], z - row[2]
    along = (px * ax + py * ay + pz * az) / max(ax * ax + ay * ay + az * az, 1e-6)
    along = min(max(along, 0.0), 1.0)
    px, py, pz = px - along * ax, py - along * ay, pz - along * az
    return np.sqrt(px * px + py * py + pz * pz), row[6] + along * (row[7] - row[6])


@compiled
def _draw_tube(row: FloatArray, plane: int, z: float, frame: Frame, tubes: Tubes) -> None:
    bronchus = row[8] > 0.5
    widest = max(row[6], row[7])
    reach = widest * 1.25 + 0.3 + frame.edge if bronchus else widest + frame.edge
    rows, columns = tubes.vessel.shape[1], tubes.vessel.shape[2]
    top = max(int(np.ceil((min(row[1], row[4]) - reach - frame.y0) / frame.pixel)), 0)
    bottom = min(int((max(row[1], row[4]) + reach - frame.y0) / frame.pixel), rows - 1)
    first = max(int(np.ceil((min(row[0], row[3]) - reach - frame.x0) / frame.pixel)), 0)
    last = min(int((max(row[0], row[3]) + reach - frame.x0) / frame.pixel), columns - 1)
    for j in range(top, bottom + 1):
        for i in range(first, last + 1):
            away, radius = _away(row, frame.x0 + i * frame.pixel, frame.y0 + j * frame.pixel, z)
            # a tube thinner than a voxel must not weigh more than its own volume
            thin = radius * radius / (radius * radius + frame.edge * frame.edge / 12.0)
            if bronchus:
                lumen = ramp(away - radius, frame.edge) * thin
                wall = ramp(away - radius * 1.2 - 0.3, frame.edge) * thin - lumen
                tubes.lumen[plane, j, i] = max(tubes.lumen[plane, j, i], np.float32(lumen))
                tubes.wall[plane, j, i] = max(tubes.wall[plane, j, i], np.float32(wall))
            else:
                blood = ramp(away - radius, frame.edge) * thin
                tubes.vessel[plane, j, i] = max(tubes.vessel[plane, j, i], np.float32(blood))


@compiled
def draw_tubes(rows: FloatArray, heights: FloatArray, frame: Frame, tubes: Tubes) -> None:
    """Draw tubes (see `as_rows`) into planes at `heights` [mm]."""
    for n in range(rows.shape[0]):
        row = rows[n]
        reach = max(row[6], row[7]) * 1.25 + 0.3 + frame.edge
        low, high = min(row[2], row[5]) - reach, max(row[2], row[5]) + reach
        for plane in range(heights.shape[0]):
            if low <= heights[plane] <= high:
                _draw_tube(row, plane, heights[plane], frame, tubes)


@compiled
def _grain(texture: FloatArray, x: float, y: float, z: float) -> float:
    """Interpolate a periodic random tile; positions are in its own grid points."""
    n = texture.shape[0]
    fx, fy, fz = np.floor(x), np.floor(y), np.floor(z)
    u, v, w = x - fx, y - fy, z - fz
    i, j, k = int(fx) % n, int(fy) % n, int(fz) % n
    p, q, r = (i + 1) % n, (j + 1) % n, (k + 1) % n
    low = (1 - v) * ((1 - u) * texture[k, j, i] + u * texture[k, j, p]) + v * (
        (1 - u) * texture[k, q, i] + u * texture[k, q, p]
    )
    high = (1 - v) * ((1 - u) * texture[r, j, i] + u * texture[r, j, p]) + v * (
        (1 - u) * texture[r, q, i] + u * texture[r, q, p]
    )
    return float((1 - w) * low + w * high)


@compiled
def _to_wall(jitter: FloatArray, x: float, y: float, z: float) -> float:
    """Distance to the nearest wall between random cells of size 1 (Voronoi cells)."""
    n = jitter.shape[0]
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    near, next_near = 1e9, 1e9
    ax, ay, az, bx, by, bz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for c in range(k - 1, k + 2):
        for b in range(j - 1, j + 2):
            for a in range(i - 1, i + 2):
                cell = jitter[c % n, b % n, a % n]
                px, py, pz = a + cell[0], b + cell[1], c + cell[2]
                d = (px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2
                if d < near:
                    next_near, bx, by, bz = near, ax, ay, az
                    near, ax, ay, az = d, px, py, pz
                elif d < next_near:
                    next_near, bx, by, bz = d, px, py, pz
    apart = np.sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2)
    return float((next_near - near) / (2.0 * max(apart, 1e-3)))


@compiled
def _line(distance: float, width: float, edge: float) -> float:
    """Share of a voxel that a sheet of some width takes, at a distance from its middle."""
    share = (width * 0.5 + edge * 0.5 - distance) / edge
    return min(max(share, 0.0), 1.0, width / edge)


@compiled
def _weight(found: float, level: float, border: float) -> float:
    """Share of a pattern; the numbers of one channel are given, as each channel by number is compiled anew."""
    return min(max(float(0.5 + (found - level) / border), 0.0), 1.0)


@compiled
def _net_weight(scene: Scene, found: FloatArray) -> float:
    """Share of reticulation, with what has progressed to it from ground-glass."""
    net = _weight(found[NET], scene.level[NET], scene.border[NET])
    if scene.progressed < 1e5:
        more = min(
            0.5 + (found[NET] - scene.progressed) / scene.border[NET],
            0.5 + (found[HAZE] - scene.baseline) / scene.border[HAZE],
        )
        net = max(net, min(max(more, 0.0), 1.0))
    return net


@compiled
def _mix(below: float, above: float, share: float) -> float:
    return below + share * (above - below)


@compiled
def _fibrosis(scene: Scene, density: float, x: float, y: float, z: float, edge: float) -> float:
    """Density of lung with reticulation: a hazy ground, fine lines, and thicker lines around lobules."""
    look = scene.look
    mesh = look.net_fine_mm
    fine = _line(_to_wall(scene.jitter, x / mesh, y / mesh, z / mesh) * mesh, look.net_fine_width, edge)
    mesh = look.net_coarse_mm
    bent = 2.5 * _grain(scene.texture, x / 9.0, y / 9.0, z / 9.0)
    coarse = _line(
        _to_wall(scene.jitter, (x + bent) / mesh + 7, (y - bent) / mesh, (z + bent) / mesh) * mesh,
        look.net_coarse_width,
        edge,
    )
    return _mix(_mix(density + look.net_ground, look.net_fine, fine), look.net_coarse, coarse)


@compiled
def _haze(scene: Scene, x: float, y: float, z: float, lobule: float, broad: float, edge: float) -> float:
    """Give what ground-glass adds to the density: uneven over lobules and patches, with faint lines at times."""
    look = scene.look
    fine = _grain(scene.texture, x / 1.9, y / 1.9, z / 1.9)
    added = look.haze + look.haze_lobular * lobule + look.haze_patchy * broad + look.haze_grain * fine
    if look.haze_clumps > 0:
        added += look.haze_clumps * _grain(scene.texture, x / 11.0, y / 11.0, z / 11.0)
    if look.haze_net > 0:
        mesh = 1.4 * look.net_fine_mm
        lines = _to_wall(scene.jitter, x / mesh + 3, y / mesh, z / mesh) * mesh
        added += look.haze_net * _line(lines, 0.8 * look.net_fine_width, edge)
    return max(added, 0.05)


@compiled
def _honeycomb(scene: Scene, x: float, y: float, z: float, edge: float) -> float:
    """Density of honeycombing: cysts of 3 to 10 mm that share walls of 1 to 3 mm."""
    bent = 1.2 * _grain(scene.texture, x / 7.0, y / 7.0, z / 7.0)
    look = scene.look
    size = look.cyst_mm
    away = _to_wall(scene.jitter, (x + bent) / size, (y + bent) / size, (z - bent) / size + 3) * size
    wall = ramp(away - look.cyst_wall_mm - 0.25 * bent, edge)
    return _mix(look.cyst, look.cyst_wall, wall)


@compiled
def _lung(
    scene: Scene, x: float, y: float, z: float, packed: float, found: FloatArray, edge: float
) -> tuple[float, int]:
    """Density of lung tissue [g/mL] at a reference point, and the code of its pattern."""
    lobule = _grain(scene.texture, x / 5.5, y / 5.5, z / 5.5)
    broad = _grain(scene.texture, x / 24.0, y / 24.0, z / 24.0)
    lean = scene.gravity * (y + 5.0) / 80.0
    look = scene.look
    uneven = look.lobular * lobule + look.patchy * broad
    if look.drift > 0:
        uneven += look.drift * _grain(scene.texture, x / 70.0, y / 70.0, z / 70.0)
    density = look.normal * (1.0 + look.lean * lean + uneven)
    code = 1
    level, border = scene.level, scene.border
    emphysema = _weight(found[EMPHYSEMA], level[EMPHYSEMA], border[EMPHYSEMA])
    if emphysema > 0:
        density = _mix(density, look.empty, emphysema)
        code = 6 if emphysema >= 0.5 else code
    haze = _weight(found[HAZE], level[HAZE], border[HAZE])
    if haze > 0:
        haze = haze * haze * (3 - 2 * haze)
        density += haze * _haze(scene, x, y, z, lobule, broad, edge)
        code = 2 if haze >= 0.5 else code
    density *= packed
    net = _net_weight(scene, found)
    if net > 0:
        density = _mix(density, _fibrosis(scene, density, x, y, z, edge), net)
        code = 3 if net >= 0.5 else code
    solid = _weight(found[CONSOLIDATED], level[CONSOLIDATED], border[CONSOLIDATED])
    if solid > 0:
        density = _mix(density, look.solid + 0.01 * lobule, solid)
        code = 5 if solid >= 0.5 else code
    honey = _weight(found[HONEY], level[HONEY], border[HONEY])
    if honey > 0:
        density = _mix(density, _honeycomb(scene, x, y, z, edge), honey)
        code = 4 if honey >= 0.5 else code
    sheet = 1e9
    if abs(x) > 18:
        sheet = abs(oblique(x, y, z)) / 1.5
        if x < 0 and oblique(x, y, z) > 0:
            sheet = min(sheet, abs(horizontal(x, y, z)))
    return _mix(density, min(0.78 * packed, 1.04), _line(sheet, 0.55, edge)), code


@compiled
def _wall_of_chest(scene: Scene, at: FloatArray, x: float, y: float, z: float, edge: float) -> float:
    """Hounsfield value of all that is not lung, without the airways."""
    coarse = _grain(scene.texture, x / 9.0, y / 9.0, z / 16.0)
    fine = _grain(scene.texture, x / 3.0, y / 3.0, z / 3.0)
    fat = -106.0 + 4.0 * fine
    streak = min(max((abs(coarse) - 0.03) * 14.0, 0.0), 1.0)  # fat within the muscles
    strand = max(0.0, 1.0 - abs(coarse + 0.4 * fine) * 14.0)  # strands in the fat
    fat += 22.0 * strand
    value = _mix(fat, 25.0, ramp(abs(at[BODY] + 1.0) - 1.0, edge))
    value = _mix(value, _mix(25.0, 55.0, streak) + 3.0 * fine, ramp(at[MUSCLE], edge))
    value = _mix(value, fat + 4.0, ramp(at[CAVITY] + 1.5, edge))
    value = _mix(value, scene.look.blood - 2.0 + 2.0 * fine, ramp(at[BLOOD], edge))
    value = _mix(value, 58.0 + 3.0 * fine, ramp(at[SOLID], edge))
    value = _mix(value, 28.0 + 8.0 * coarse, ramp(at[STOMACH], edge))
    value = _mix(value, -990.0, ramp(at[GAS], edge))
    value = _mix(value, 92.0 + 10.0 * fine, ramp(at[CARTILAGE], edge))
    marrow = 150.0 + 55.0 * fine + 30.0 * coarse
    return _mix(value, _mix(560.0, marrow, ramp(at[BONE] + 1.2, edge)), ramp(at[BONE], edge))


@compiled
def _couch(scene: Scene, x: float, y: float) -> float:
    """Hounsfield value outside the body: air, and the couch below it."""
    side = 1.0 if scene.couch > 0 else -1.0
    deep = (y - scene.couch) * side + x * x / 1500.0
    if abs(x) > 205 or deep < 0 or deep > 42:
        return -1000.0
    return -380.0 if deep < 1.8 or deep > 40.2 else -940.0


@compiled
def draw_plane(
    scene: Scene, frame: Frame, height: float, tubes: Tubes, plane: int, value: FloatArray,
    lung: FloatArray, code: LabelPlane,
) -> None:  # fmt: skip
    """Add one thin plane at `height` [mm] to `value` [HU] and to the share of `lung`; set pattern codes."""
    at = np.empty(scene.anatomy.values.shape[3], dtype=np.float32)
    ill = np.empty(scene.disease.values.shape[3], dtype=np.float32)
    move = np.empty(4, dtype=np.float32)
    for j in range(value.shape[0]):
        y = frame.y0 + j * frame.pixel
        for i in range(value.shape[1]):
            x = frame.x0 + i * frame.pixel
            sample_grid(scene.posture, x, y, height, move)
            u, v, w = x + move[0], y + move[1], height + move[2]
            sample_grid(scene.anatomy, u, v, w, at)
            body = ramp(at[BODY], frame.edge)
            found = _couch(scene, x, y) if body < 1 else -1000.0
            if body > 0:
                right, left = ramp(at[RIGHT], frame.edge), ramp(at[LEFT], frame.edge)
                share = max(right, left)
                inner = _wall_of_chest(scene, at, u, v, w, frame.edge) if share < 1 else 0.0
                if share > 0:
                    sample_grid(scene.disease, u, v, w, ill)
                    density, pattern = _lung(scene, u, v, w, move[3], ill, frame.edge)
                    inner = _mix(inner, density * 1000.0 - 1000.0, share)
                    lung[j, i] += share
                    code[j, i] = pattern + (0 if right >= left else 128)
                inner = _mix(inner, scene.look.blood, tubes.vessel[plane, j, i])
                inner = _mix(inner, 30.0, tubes.wall[plane, j, i])
                inner = _mix(inner, -995.0, tubes.lumen[plane, j, i])
                found = _mix(found, inner, body)
            value[j, i] += found
