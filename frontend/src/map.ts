// Maps, loaded only where a page has one. <div class="map" data-map> holds its points in a
// <script type="application/json"> as [{lat, lon, label?, href?, kind?, accuracy?}]; kind is visit, dwelling, area,
// facility, held or photo. A boundary stands there too, with {shape: a GeoJSON geometry, label?, href?}. Tiles are asked of nobody unless data-tiles (and data-attribution) name a source: without,
// points stand on plain ground with a scale bar, which is enough to see what is near to what.
import L from "leaflet";
import "leaflet.markercluster";

import "leaflet/dist/leaflet.css";
import "leaflet.markercluster/dist/MarkerCluster.css";
import "./map.scss";

interface Point {
  lat: number;
  lon: number;
  label?: string;
  href?: string;
  kind?: string;
  /** metres around the point within which it may lie */
  accuracy?: number;
}

interface Shape {
  shape: Parameters<typeof L.geoJSON>[0];
  label?: string;
  href?: string;
}

/** So many points in one frame are drawn each by itself; more are gathered into numbers. */
const APART = 30;

export function draw(frame: HTMLElement): void {
  const source = frame.querySelector('script[type="application/json"]')?.textContent ?? "[]";
  const given = JSON.parse(source) as (Point | Shape)[];
  const points = given.filter((one): one is Point => "lat" in one && Number.isFinite(one.lat) && Number.isFinite(one.lon));
  const shapes = given.filter((one): one is Shape => "shape" in one);
  if (!points.length && !shapes.length) return;

  const tiles = frame.dataset.tiles;
  frame.replaceChildren();
  frame.classList.toggle("map-plain", !tiles);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const small = frame.clientHeight < 200;
  const map = L.map(frame, {
    attributionControl: Boolean(tiles),
    zoomControl: !small,
    scrollWheelZoom: !small,
    // A small map in a page must not catch the thumb that scrolls the page.
    dragging: !small || !matchMedia("(pointer: coarse)").matches,
    zoomAnimation: !still,
    fadeAnimation: !still,
    minZoom: 2,
    maxZoom: 19,
  });
  L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
  if (tiles) L.tileLayer(tiles, { attribution: frame.dataset.attribution ?? "", maxZoom: 19 }).addTo(map);

  // The view first: a line or a circle that is added to a map without one cannot be drawn.
  const drawn = L.featureGroup(shapes.map(boundary));
  const bounds = points.length ? L.latLngBounds(points.map((point) => [point.lat, point.lon])) : drawn.getBounds();
  map.fitBounds(bounds.pad(0.15), { maxZoom: 17, animate: false });

  drawn.addTo(map);
  const layer: L.LayerGroup =
    points.length > APART
      ? L.markerClusterGroup({ showCoverageOnHover: false, animate: !still, chunkedLoading: true, iconCreateFunction: gathered })
      : L.layerGroup();
  const here = new Map<string, number>();
  for (const point of points) {
    // Points that round alike stand beside each other, so that each mark is seen.
    const place = `${point.lat} ${point.lon}`;
    const before = points.length > APART ? 0 : (here.get(place) ?? 0);
    here.set(place, before + 1);
    if (point.accuracy && points.length <= APART) {
      L.circle([point.lat, point.lon], { radius: point.accuracy, className: "map-accuracy", interactive: false }).addTo(map);
    }
    layer.addLayer(marker(point, before));
  }
  layer.addTo(map);
}

/** A point's mark, beside the `before` marks that stand at the same place. */
function marker(point: Point, before: number): L.Marker {
  const icon = L.divIcon({
    className: `map-point map-${(point.kind ?? "visit").replace(/[^a-z-]/g, "")}`,
    iconSize: [48, 48], // what the thumb hits; the drawn point is smaller
    iconAnchor: [24 - 28 * before, 24],
  });
  const label = point.label ?? "";
  const made = L.marker([point.lat, point.lon], { icon, alt: label, title: label, keyboard: Boolean(point.href || label) });
  return says(made, label, point.href);
}

/** An area's boundary: a line around it, under the points. */
function boundary(one: Shape): L.Layer {
  const made = L.geoJSON(one.shape, { interactive: Boolean(one.href), style: { className: "map-outline" } });
  return one.href ? says(made, one.label ?? "", one.href) : made;
}

function says<T extends L.Layer>(made: T, label: string, href?: string): T {
  if (!href && !label) return made;
  const words = document.createElement(href ? "a" : "span");
  if (href) (words as HTMLAnchorElement).href = href;
  words.textContent = label || href || "";
  made.bindPopup(words);
  return made;
}

function gathered(cluster: L.MarkerCluster): L.DivIcon {
  const count = document.createElement("span");
  count.textContent = String(cluster.getChildCount());
  return L.divIcon({ html: count, className: "map-many", iconSize: [48, 48] });
}
