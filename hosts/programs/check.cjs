'use strict';
// What bond has to show in every place: values, calls both ways, errors, both entries, and what is loaded late.

const assert = process.getBuiltinModule('node:assert/strict'); // which esbuild leaves alone;

/** @param bond what 'bond' exports, @param sync what 'bond/sync' does, if it can be had */
module.exports = async function check(bond, sync) {
  for (const lang of ['JavaScript', 'Perl', 'PHP', 'Python']) {
    const there = await bond.makeBond(lang, { timeout: 20_000 });
    await there.export((number) => number + 1, 'one_more');
    assert.equal(await there.eval('one_more(41)'), 42, lang);
    await assert.rejects(there.eval('no_such_thing()'), bond.RemoteException, lang);
    await there.close();
  }
  const python = await bond.makeBond('Python');
  const value = { list: [1, 'two', null], map: new Map([[1, new Date(0)]]), bytes: new Uint8Array(1000).fill(200) };
  assert.equal(
    await python.call('repr', value.map),
    '{1: datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)}',
  );
  assert.equal(JSON.stringify(await python.call('lambda x: x', value.list)), '[1,"two",null]');
  assert.equal(await python.call('sum', value.bytes), 200_000);
  assert.equal(JSON.stringify(await python.call('sorted', [1, 3, 2], bond.kwargs({ reverse: true }))), '[3,2,1]');
  await assert.rejects(
    python.call('len', () => 1),
    bond.SerializationException,
  );
  await python.close();

  const pool = await bond.makePool('Perl', { size: 2 });
  const doubled = [];
  for await (const number of pool.map('sub { 2 * $_[0] }', [1, 2, 3])) doubled.push(number);
  assert.equal(JSON.stringify(doubled), '[2,4,6]');
  await pool.close();

  const imported = await bond.makeBond('Perl', ['perl', '-w']);
  const error = await imported.eval('die "no"').catch((reason) => reason);
  assert.ok(error instanceof bond.BondException && error instanceof Error);
  await imported.close();
  if (sync) checkSync(bond, sync);
};

function checkSync(bond, sync) {
  assert.equal(sync.BondException, bond.BondException);
  const perl = sync.makeBond('Perl');
  perl.export((number) => number + 1, 'one_more');
  assert.equal(perl.eval('one_more(41)'), 42);
  assert.throws(() => perl.eval('die "no"'), bond.RemoteException);
  perl.close();
}
