/** Registrations by the thousand: what {@code sipp-registrations.sh} needs beside sipp, and a storm of phones. */
@NullMarked
package org.sipoauth.benchmarks.registrations;

import org.jspecify.annotations.NullMarked;
