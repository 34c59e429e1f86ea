<?php
//: lazy
// Conversions for what many programs have: see `presets` in bond.json.

/** A conversion of moments, for those that have a fraction of a millisecond. */
function _BOND_dates($microseconds)
{
    return static function (DateTimeInterface $moment) use ($microseconds) {
        if ($microseconds === '' || date_format($moment, 'u') % 1000 === 0) {
            return $moment;
        }
        return $microseconds === 'text' ? date_format($moment, 'Y-m-d\TH:i:s.uP') : new DateTimeImmutable(date_format($moment, 'Y-m-d\TH:i:s.vP'));
    };
}
