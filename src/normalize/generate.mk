# Tables generated from src/normalize/data by core Perl

REFDATA = src/normalize/data
HOST_LISTS = $(addprefix $(REFDATA)/,public_suffix_list.dat free_email_domains.tsv \
	free_email_corrections.txt shared_hosts.txt reserved_names.txt host_labels.txt)

$(GEN)/unicode_data.h: src/normalize/gen_unicode.pl $(REFDATA)/derived_age.txt $(REFDATA)/idna_changes.txt
	@mkdir -p $(GEN)
	perl $^ > $@.tmp
	mv $@.tmp $@

$(GEN)/host_table.h: src/normalize/gen_hosts.pl src/normalize/Punycode.pm $(HOST_LISTS)
	@mkdir -p $(GEN)
	perl $< $(REFDATA) > $@.tmp
	mv $@.tmp $@

$(GEN)/data_versions.h: src/normalize/gen_versions.pl $(REFDATA)/README.md $(REFDATA)/derived_age.txt
	@mkdir -p $(GEN)
	perl $< $(REFDATA) > $@.tmp
	mv $@.tmp $@

$(GEN)/countries.h: src/normalize/gen_countries.pl src/normalize/data/countries.tsv
	@mkdir -p $(GEN)
	perl $^ > $@.tmp
	mv $@.tmp $@

NAME_LISTS = $(addprefix $(REFDATA)/,legal_forms.txt not_legal_forms.txt org_types.yml \
	iso20275_elf.csv abbreviations.txt tags.txt collision_words.txt)

$(GEN)/separators.h: src/normalize/gen_ranges.pl $(REFDATA)/separators.txt
	@mkdir -p $(GEN)
	perl $< acm_separators $(REFDATA)/separators.txt > $@.tmp
	mv $@.tmp $@

$(GEN)/company_tables.h: src/normalize/gen_company.pl $(NAME_LISTS)
	@mkdir -p $(GEN)
	perl $< $(REFDATA) > $@.tmp
	mv $@.tmp $@

$(GEN)/words.h: src/normalize/gen_words.pl $(REFDATA)/word_frequency.tsv
	@mkdir -p $(GEN)
	perl $^ > $@.tmp
	mv $@.tmp $@
