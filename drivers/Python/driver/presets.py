#: lazy
# Conversions for what many programs have: see `presets` in bond.json.

load('dates')
load('binary')


def _BOND_dates(naive, microseconds):
    """A conversion of moments: of those without a time zone, and of those with a fraction of a millisecond."""
    def convert_date(moment):
        if moment.utcoffset() is None:
            if naive not in ('utc', 'local'):
                return moment.isoformat() if naive else moment
            moment = in_zone(moment, naive)
        nanoseconds = getattr(moment, 'nanosecond', 0)
        if not microseconds or not (moment.microsecond % 1000 or nanoseconds):
            return moment
        if microseconds == 'text':
            return moment.isoformat()
        parts = {'microsecond': moment.microsecond // 1000 * 1000}
        if nanoseconds:
            parts['nanosecond'] = 0
        return moment.replace(**parts)
    date_presets.append(convert_date)
    return convert_date


date_presets = []


def in_zone(moment, naive):
    """A moment without a time zone as one of UTC, or as one of where this runs."""
    if naive != 'local':
        return moment.replace(tzinfo=EPOCH.tzinfo)
    if hasattr(moment, 'tz_localize'):  # of pandas, which takes a time zone for granted there
        plain = moment.replace(nanosecond=0).to_pydatetime()
        return moment.tz_localize('UTC') + (in_utc(plain) - plain.replace(tzinfo=EPOCH.tzinfo))
    return in_utc(moment)


def in_utc(moment):
    if not PYTHON2:
        return moment.astimezone(EPOCH.tzinfo)
    return EPOCH + datetime.timedelta(0, standard('time').mktime(moment.timetuple()), moment.microsecond)


def _BOND_frames(frames):
    """A conversion of tables, without their index: to a record for each row, or to a list for each column, of numbers an array."""
    def as_records(frame):
        names = names_of_columns(frame)
        rows = zip(*[items_of_column(frame.iloc[:, place]) for place in range(len(names))])
        return [dict(zip(names, row)) for row in rows]

    def as_columns(frame):
        return dict((name, column_of(frame.iloc[:, place])) for place, name in enumerate(names_of_columns(frame)))

    return as_columns if frames == 'columns' else as_records


def names_of_columns(frame):
    names = frame.columns.tolist()
    if len(set(names)) < len(names):
        raise ValueError('two of its columns have the same name')
    return names


def column_of(series):
    kind = getattr(series.dtype, 'kind', 'O')
    is_numeric = extended and is_a(type(series.dtype), 'numpy', 'dtype') and kind + str(series.dtype.itemsize) in TYPES
    return series.values if is_numeric else items_of_column(series)


def items_of_column(series):
    return moments_of(series) or series.tolist()


def moments_of(series):
    """A column of moments without a time zone as Python's own, which cross sooner; nothing if conversions tell the two apart."""
    pandas = sys.modules.get('pandas')
    if str(series.dtype) != 'datetime64[ns]' or not date_presets or not hasattr(pandas, 'Timestamp'):
        return None
    if any(conversion_for(kind) not in date_presets for kind in (MOMENT, pandas.Timestamp)):
        return None
    missing = series.isna().values
    if (series.values.view('i8')[~missing] % 1000).any():
        return None  # Python's own have no nanoseconds
    moments = series.values.astype('M8[us]').tolist()
    return [pandas.NaT if moment is None else moment for moment in moments] if missing.any() else moments
