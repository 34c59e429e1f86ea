<?php
//: lazy
// Conversions for what many programs have: see `presets` in bond.json.

/** A span of time by ISO 8601, with all that it has. */
function _BOND_interval(DateInterval $interval)
{
    if (!empty($interval->from_string)) {
        throw new InvalidArgumentException('it is relative: "' . $interval->date_string . '"');
    }
    $fraction = isset($interval->f) ? rtrim(sprintf('%.6f', $interval->f), '0') : '';
    $seconds = (int) $interval->s . rtrim(substr($fraction, 1), '.');
    $day = _BOND_parts(['Y' => $interval->y, 'M' => $interval->m, 'D' => $interval->d]);
    $time = _BOND_parts(['H' => $interval->h, 'M' => $interval->i, 'S' => $seconds]);
    $text = $day . ($time === '' ? '' : "T$time");
    return ($interval->invert ? '-P' : 'P') . ($text === '' ? 'T0S' : $text);
}

function _BOND_parts(array $parts)
{
    $text = '';
    foreach ($parts as $unit => $number) {
        $text .= $number == 0 ? '' : $number . $unit;
    }
    return $text;
}

/** The dates of a period. */
function _BOND_period(DatePeriod $period)
{
    return iterator_to_array($period, false);
}

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
