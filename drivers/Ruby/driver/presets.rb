#: lazy
# Conversions for what many programs have: see `presets` in bond.json.

# A conversion of dates, which are no moments, and of moments with a fraction of a millisecond.
def bond_dates(microseconds)
  lambda do |moment|
    next moment.iso8601 if moment.instance_of?(::Date)
    time = moment.to_time
    next moment if microseconds.empty? || (time.to_r * 1000).denominator == 1
    microseconds == 'text' ? text_of_time(time) : time.floor(3)
  end
end

def text_of_time(time)
  digits = time.nsec % 1000 == 0 ? 6 : 9
  time.strftime("%Y-%m-%dT%H:%M:%S.%#{digits}N") + (time.utc? ? 'Z' : time.strftime('%:z'))
end

# Numbers that are neither integers nor floats, as text.
def bond_numbers
  ->(number) { class_name(number) == 'BigDecimal' ? number.to_s('F') : number.to_s }
end
