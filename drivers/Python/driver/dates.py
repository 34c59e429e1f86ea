#: lazy
# Moments, as milliseconds since 1970.

datetime = standard('datetime')
if PYTHON2:
    class UTC(datetime.tzinfo):
        def utcoffset(self, moment):
            return datetime.timedelta(0)

        dst = utcoffset

        def tzname(self, moment):
            return 'UTC'

    EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC())
else:
    EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def moment_after(milliseconds):
    return EPOCH + datetime.timedelta(milliseconds=milliseconds)


MOMENT = type(EPOCH)


def since_epoch(moment, offset):
    """What the built-in type holds, whatever methods a subclass overrides. The time zone is asked once."""
    local = MOMENT.combine(MOMENT.date(moment), MOMENT.time(moment))
    return local - MOMENT(1970, 1, 1) - offset


def spell_moment(moment, path):
    return word(path, moment, '$date', milliseconds_of(moment, path) if extended else None)


OF_TYPE[MOMENT] = spell_moment


def milliseconds_of(moment, path):
    try:
        is_of_pandas = type(moment) is not MOMENT and is_a(type(moment), 'pandas', 'Timestamp')
        offset = moment.utcoffset() if is_of_pandas else MOMENT.utcoffset(moment)
        is_local = offset is None
        span = datetime.timedelta(0) if is_local else moment - EPOCH if is_of_pandas else since_epoch(moment, offset)
        micros = (span.days * 86400 + span.seconds) * 1000000 + span.microseconds
        rest = micros % 1000 or is_of_pandas and moment.nanosecond
    except Exception as error:
        refuse(path, 'a value of type %s cannot be carried: %s' % (name_of(type(moment)), message_of(error)))
    if is_local:
        refuse(path, 'a datetime without a time zone cannot be carried: give it a tzinfo, or convert all by presets.Python.dates({ naive: \'utc\' })')
    if rest:
        refuse(path, 'a datetime with microseconds cannot be carried, because Date has milliseconds: '
                     'send its .isoformat(), or .replace(microsecond=...), or convert all by presets.Python.dates({ microseconds: \'truncate\' })')
    return {'$numberLong': str(micros // 1000)}
