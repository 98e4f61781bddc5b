/** Registrations by the thousand: what {@code sipp-registrations.sh} needs beside sipp. */
@NullMarked
package org.sipoauth.benchmarks.registrations;

import org.jspecify.annotations.NullMarked;
