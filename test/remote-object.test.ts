// What is imported, with an interface that says what it has. What is said here about types is checked by `npm run typecheck`.

import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type AnyRemote,
  type Bond,
  callback,
  type Expression,
  type Held,
  held,
  kwargs,
  type Remote,
  type Stays,
} from '../src/index.js';
import { needsInterpreter, shareBond } from './fixtures.js';

interface Point {
  readonly x: number;
  readonly name: string | null;
  moved(by: number): Stays<Point>;
  distance(to: Point): number;
  nearest(): Stays<Point> | null;
  corners(): [Stays<Point>, number][];
  then(x: number): number;
}

interface Geometry {
  readonly ORIGIN: Point;
  readonly TABLE: { readonly rows: number[]; readonly at: Date };
  Point(x: number, named?: import('../src/index.js').Kwargs<{ name?: string }>): Stays<Point>;
  far(points: Point[], order: (a: number, b: number) => boolean): Promise<number>;
  anything(...args: unknown[]): unknown;
}

/** Is compiled, and never run. */
function compiled(_: () => unknown): void {}

declare const bond: Bond;
declare const geometry: Remote<Geometry>;
declare const point: Remote<Point>;

test('what crosses is a value, and what does not a Remote', () => {
  compiled(async () => {
    expectTypeOf(await bond.import<Geometry>('geometry')).toEqualTypeOf<Remote<Geometry>>();
    expectTypeOf(await bond.import('geometry')).toBeAny();
    expectTypeOf(await geometry).toEqualTypeOf<Remote<Geometry>>();
    expectTypeOf(await geometry.ORIGIN).toEqualTypeOf<Remote<Point>>();
    expectTypeOf(await geometry.ORIGIN.x).toEqualTypeOf<number>();
    expectTypeOf(await geometry.TABLE.at).toEqualTypeOf<Date>();
    expectTypeOf(await geometry.TABLE.rows[0]).toEqualTypeOf<number | undefined>();
    expectTypeOf(
      await geometry.far(
        [],
        callback((a, b) => a < b),
      ),
    ).toEqualTypeOf<number>();
    expectTypeOf(await geometry.anything('a', kwargs({ b: 1 }))).toBeAny();
    expectTypeOf(await new geometry.Point(1)).toEqualTypeOf<Remote<Point>>();
    expectTypeOf(await geometry.Point(1).moved(2).moved(3).x).toEqualTypeOf<number>();
    expectTypeOf((await point.corners())[0]).toEqualTypeOf<[Remote<Point>, number] | undefined>();
    expectTypeOf(await point.nearest()).toEqualTypeOf<Remote<Point> | null>();
    expectTypeOf(await point.nearest().x).toEqualTypeOf<number>();
    expectTypeOf(point.moved(1)).toExtend<Promise<Remote<Point>>>();
    expectTypeOf(held(point)).toEqualTypeOf<Held<Point>>();
    expectTypeOf(point.x).toExtend<Expression<number>>();
  });
});

test('classes of JavaScript are made, and of what nothing is known all is possible', () => {
  compiled(async () => {
    const url = await bond.import<typeof import('node:url')>('node:url');
    expectTypeOf(await new url.URL('a:b').toJSON()).toEqualTypeOf<string>();
    expectTypeOf(await url.pathToFileURL('/a').href).toEqualTypeOf<string>();
    // @ts-expect-error: a number for a text
    await new url.URL(5);
    const bare = await bond.import<{ open(): Stays<object>; readonly inner: object }>('bare');
    expectTypeOf(await bare.open()).toBeAny();
    expectTypeOf(await bare.open().read().anything).toBeAny();
    expectTypeOf(await bare.inner.f(1)).toBeAny();
  });
});

test('arguments are checked, and what stays over there is one', () => {
  compiled(async () => {
    await point.distance(point.moved(1));
    await geometry.far(
      [point, geometry.ORIGIN, await point.moved(1)],
      callback((a, b) => a < b),
    );
    await geometry.Point(1, kwargs({ name: 'a' }));
    // @ts-expect-error: a text is no number
    await geometry.Point('1');
    // @ts-expect-error: no such name
    await geometry.Point(1, kwargs({ nam: 'a' }));
    // @ts-expect-error: no such property
    await point.y;
    // @ts-expect-error: no such method of what a method returns
    await point.moved(1).move(2);
    // @ts-expect-error: no point
    await point.distance({ x: 1 });
    // @ts-expect-error: a property cannot be set here
    point.x = 2;
  });
});

describe('at run time', () => {
  needsInterpreter('Python');
  const shared = shareBond('Python');

  test('a module with an interface does what one without does', async () => {
    interface Statistics {
      median(numbers: number[]): number;
      NormalDist(mu: number, sigma: number): Stays<NormalDist>;
    }
    interface NormalDist {
      readonly mean: number;
      zscore(x: number): number;
    }
    const statistics = await (await shared()).import<Statistics>('statistics');
    expect(await statistics.median([3, 1, 2])).toBe(2);
    expect(await statistics.NormalDist(3, 2).zscore(7)).toBe(2);
    const normal: Remote<NormalDist> = await statistics.NormalDist(3, 1);
    expect(await normal.mean).toBe(3);
    expect(await (normal as AnyRemote).stdev).toBe(1);
  });
});
