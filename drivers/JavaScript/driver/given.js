//: lazy
// What the files that are lazy have for others.

given = {
  standBehindRelay, json, ejson, encodeClone, readClone, MOST_ITEMS, runChain, follow, failAt,
  _BOND_iterate, _BOND_next, _BOND_leave, _BOND_enter, _BOND_exit, _BOND_extend, _BOND_super, _BOND_raise, _BOND_convert,
  _BOND_load, _BOND_original, _BOND_replaceFirst, _BOND_replaceRest, _BOND_replaceIn, _BOND_replacementOf,
};
