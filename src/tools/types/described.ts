/** What the other side says of a parameter. Types are written as that language writes them; they may be empty. */
export interface DescribedParameter {
  readonly name: string;
  readonly type: string;
  readonly kind: 'plain' | 'optional' | 'rest' | 'named' | 'optional-named';
  /** Something to know about it. */
  readonly note: string;
  /** Whether it may not be given by name, where others may. */
  readonly isPositional?: boolean;
}

export interface DescribedFunction {
  /** What `call` calls it by. */
  readonly name: string;
  readonly doc: string;
  /** Nothing, if it is not known which there are. */
  readonly parameters: readonly DescribedParameter[] | null;
  readonly returns: string;
  /** Whether the parameters can be given by name, and no others than these. */
  readonly takesNames?: boolean;
}

export interface DescribedProperty {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  readonly optional: boolean;
}

export interface DescribedClass {
  readonly name: string;
  readonly doc: string;
  /** Whether it is no class, but says what a record is made of. */
  readonly isRecord: boolean;
  /** What makes an instance, if anything may; its name is an expression for the class. */
  readonly constructs: DescribedFunction | null;
  readonly methods: readonly DescribedFunction[];
  readonly properties: readonly DescribedProperty[];
  /** What `import` gives the class by, where it can be imported by itself; and what the class has, besides methods. */
  readonly imports?: string;
  readonly constants?: readonly DescribedProperty[];
  /** Whether it has functions as well, from which an arrow tells its methods. */
  readonly isPackage?: boolean;
}

/** What the other side says of a file. */
export interface Description {
  /** Code for `evalBlock` that makes the functions available. */
  readonly load: string;
  /** What `import` gives all of it by, where there is one thing that has it; its name stands before those of the functions. */
  readonly module?: string;
  /** The name for `import`, where it is another one. */
  readonly imports?: string;
  /** Where what is imported has a default that has the members: beside them, or alone. */
  readonly default?: 'beside' | 'alone';
  /** A module of TypeScript's that has types of its own. */
  readonly typesFrom?: string;
  /** What else the module has. */
  readonly constants?: readonly DescribedProperty[];
  readonly functions: readonly DescribedFunction[];
  readonly classes: readonly DescribedClass[];
}
