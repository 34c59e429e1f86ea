// Level "speaks": evaluation, calls both ways, recursion, exceptions, exact JSON, and the end.

import { theEnd } from './speaks/ending.js';
import { evaluation } from './speaks/evaluation.js';
import { exceptions } from './speaks/exceptions.js';
import { hostFunctions } from './speaks/host-functions.js';
import { values } from './speaks/json-values.js';
import { wrongCode } from './speaks/wrong-code.js';

export const speaks = [...evaluation, ...wrongCode, ...values, ...exceptions, ...hostFunctions, ...theEnd];
