# SPDX-License-Identifier: Apache-2.0
"""Two plots as SVG, both axes logarithmic, readable on light and on dark ground."""
import math

from programs import OS_VIF, RAW, VIFCTL_NAME, VSCTL, WARM
from tables import program_words

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 76, 180, 44, 52
COLOURS = {VIFCTL_NAME: 'c1', WARM: 'c2', VSCTL: 'c3', OS_VIF: 'c4', RAW: 'c5'}
STYLE = '''<style>
text { font: 12px sans-serif; fill: #24292f } .title { font-size: 14px; font-weight: 600 }
.grid { stroke: #d0d7de } .axis { stroke: #57606a } polyline { fill: none; stroke-width: 2 }
svg circle { stroke: none }
.c1 { stroke: #0969da } .c2 { stroke: #1a7f37 } .c3 { stroke: #9a6700 } .c4 { stroke: #cf222e }
.c5 { stroke: #6e7781; stroke-dasharray: 5 3 }
circle.c1 { fill: #0969da } circle.c2 { fill: #1a7f37 } circle.c3 { fill: #9a6700 }
circle.c4 { fill: #cf222e } circle.c5 { fill: #6e7781 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8b949e }
.c1 { stroke: #58a6ff } .c2 { stroke: #3fb950 }
.c3 { stroke: #d29922 } .c4 { stroke: #ff7b72 }
circle.c1 { fill: #58a6ff } circle.c2 { fill: #3fb950 } circle.c3 { fill: #d29922 }
circle.c4 { fill: #ff7b72 } }
</style>'''


def decades(low, high):
    """Powers of ten that hold both."""
    return [10.0 ** e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


class Plot:
    """'series': (name, class, [(x, y), ...]); all above 0."""

    def __init__(self, title, x_words, y_words, series):
        self.title, self.x_words, self.y_words, self.series = title, x_words, y_words, series
        xs = [x for _, _, points in series for x, _ in points]
        ys = [y for _, _, points in series for _, y in points]
        self.x_ticks, self.y_ticks = decades(min(xs), max(xs)), decades(min(ys), max(ys))

    def at(self, x, y):
        def along(value, ticks):
            span = math.log10(ticks[-1] / ticks[0]) or 1
            return math.log10(value / ticks[0]) / span
        return (LEFT + along(x, self.x_ticks) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - along(y, self.y_ticks) * (HEIGHT - TOP - BOTTOM))

    def grid(self):
        for x in self.x_ticks:
            at = self.at(x, self.y_ticks[0])[0]
            yield '<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' % (
                at, at, TOP, HEIGHT - BOTTOM)
            yield text(at, HEIGHT - BOTTOM + 18, '{:,.0f}'.format(x), 'middle')
        for y in self.y_ticks:
            at = self.at(self.x_ticks[0], y)[1]
            yield '<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (
                LEFT, WIDTH - RIGHT, at, at)
            yield text(LEFT - 8, at + 4, '{:,g}'.format(y), 'end')
        yield '<path class="axis" fill="none" d="M%d %dV%dH%d"/>' % (
            LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT)

    def lines(self):
        for name, colour, points in self.series:
            places = [self.at(x, y) for x, y in points]
            yield '<polyline class="%s" points="%s"/>' % (
                colour, ' '.join('%.1f,%.1f' % place for place in places))
            for place in places:
                yield '<circle class="%s" r="3" cx="%.1f" cy="%.1f"/>' % (colour, *place)

    def legend(self):
        """At the right, the highest line first."""
        at = TOP + 6
        for name, colour, points in sorted(self.series, key=lambda one: -one[2][-1][1]):
            yield '<polyline class="%s" points="%d,%d %d,%d"/>' % (
                colour, WIDTH - RIGHT + 16, at, WIDTH - RIGHT + 36, at)
            yield text(WIDTH - RIGHT + 42, at + 4, name)
            at += 20

    def svg(self):
        parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">' % (
            WIDTH, HEIGHT), '<title>%s</title>' % self.title, STYLE,
            text(LEFT, 20, self.title, kind='title'), *self.grid(), *self.lines(), *self.legend(),
            text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 12, self.x_words, 'middle'),
            text(LEFT - 60, TOP - 10, self.y_words), '</svg>']
        return '\n'.join(parts) + '\n'


def text(x, y, label, anchor='start', kind=''):
    return '<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (
        x, y, anchor, ' class="%s"' % kind if kind else '', label)


def words(program, kind):
    return 'os-vif, warm' if program == OS_VIF else program_words(program, kind)


def over_vifs(samples, others=0):
    series = []
    for program, colour in COLOURS.items():
        key = dict(place='switch', kind='tap', others=others, program=program, verb='plug')
        points = [(n, samples.median('wall', 'switch', 'tap', n, others, program, 'plug') * 1e3)
                  for n in samples.values('n', **key)]
        if points:
            series.append((words(program, 'tap'), colour, points))
    return series and Plot('Plug of VIFs with taps, until ovs-vswitchd has them', 'VIFs', 'ms',
                           series)


def over_ports(samples):
    series = []
    for program, colour in COLOURS.items():
        key = dict(place='database', kind='port', n=1, program=program, verb='plug')
        points = [(n, samples.median('cpu', 'database', 'port', 1, n, program, 'plug') * 1e3)
                  for n in samples.values('others', **key) if n > 0]
        points = [(n, y) for n, y in points if y > 0]
        if points:
            series.append((words(program, ''), colour, points))
    return series and Plot('Own CPU of one plug, the database alone', 'ports there already', 'ms',
                           series)


def all_plots(samples):
    for name, plot in (('time.svg', over_vifs(samples)), ('cpu.svg', over_ports(samples))):
        if plot:
            yield name, plot.svg()
