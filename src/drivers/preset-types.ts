// Made from the presets in drivers/*/bond.json by `npm run build`: change those.

/** Code by type name, for the option `convert`. */
export type Conversions = Readonly<Record<string, string>>;

/** The conversions in {@link presets}. */
export interface Presets {
  /** Conversions of PHP values. */
  readonly PHP: {
    /** Dates with microseconds. Without the option, they stay an error. */
    readonly dates: (options?: { readonly microseconds?: 'truncate' | 'text' | undefined }) => Conversions;
    /** A `DateInterval` as ISO 8601 text (`P1DT2H`), a `DatePeriod` as the list of its dates. */
    readonly intervals: () => Conversions;
  };
  /** Conversions of Perl values. */
  readonly Perl: {
    /** `DateTime` as a date: one without a time zone, which `DateTime` calls floating (`naive`), and those with microseconds, also of `Time::Piece`. What has no option stays an error. */
    readonly dates: (options?: {
      readonly naive?: 'utc' | 'local' | 'text' | undefined;
      readonly microseconds?: 'truncate' | 'text' | undefined;
    }) => Conversions;
    /** `Math::BigFloat` and `Math::BigRat` as text. */
    readonly numbers: () => Conversions;
  };
  /** Conversions of Python values. */
  readonly Python: {
    /** Dates without a time zone (`naive`), and dates with microseconds. What has no option stays an error. */
    readonly dates: (options?: {
      readonly naive?: 'utc' | 'local' | 'text' | undefined;
      readonly microseconds?: 'truncate' | 'text' | undefined;
    }) => Conversions;
    /** `Decimal`, `Fraction` and `complex` as text. */
    readonly numbers: () => Conversions;
    /** Tables without their index: as one record for each row, by default, or as one list for each column; `NaT` and `NA` as `null`. */
    readonly pandas: (options?: { readonly frames?: 'records' | 'columns' | undefined }) => Conversions;
  };
  /** Conversions of R values. */
  readonly R: {
    /** `Date` as ISO 8601 text, `difftime` in seconds, and `POSIXct` with a fraction of a millisecond. What has no option stays an error. */
    readonly dates: (options?: { readonly fractions?: 'truncate' | 'text' | undefined }) => Conversions;
    /** `complex` as text. */
    readonly numbers: () => Conversions;
    /** Data frames as one record for each row, by default, or as one list for each column. Names of rows become a column `_row`. */
    readonly frames: (options?: { readonly frames?: 'records' | 'columns' | undefined }) => Conversions;
    /** Matrices, tables and arrays without their names, as `NDArray`. */
    readonly matrices: () => Conversions;
  };
  /** Conversions of Ruby values. */
  readonly Ruby: {
    /** `Date` as ISO 8601 text, and `Time` and `DateTime` with microseconds. What has no option stays an error. */
    readonly dates: (options?: { readonly microseconds?: 'truncate' | 'text' | undefined }) => Conversions;
    /** `Rational`, `Complex` and `BigDecimal` as text. */
    readonly numbers: () => Conversions;
    /** Each `Struct`, `Data` and `OpenStruct` as a record. */
    readonly structs: () => Conversions;
    /** A `Symbol` as text. As a key, it is text in any case. */
    readonly symbols: () => Conversions;
  };
}
